/** Every STUN attribute that detection, ICE and TURN use: its type code, and the shape of its value. */
import type { Endpoint, Family } from '../endpoint.ts';

/** What a value of each shape looks like as plain data. */
export interface ShapeValue {
  address: Endpoint;
  'xor-address': Endpoint;
  text: string;
  bytes: Uint8Array;
  uint32: number;
  uint64: bigint;
  /** The attribute has no value; it says all by being there. */
  flag: true;
  'change-request': { readonly ip: boolean; readonly port: boolean };
  'error-code': { readonly code: number; readonly reason: string };
  'type-list': readonly number[];
  /** 16 bits, then 16 reserved. */
  uint16: number;
  /** A port, then two bytes that some leave out (RFC 5780 §7.5). */
  port: number;
  /** 8 bits, then 24 reserved. */
  uint8: number;
  family: Family;
  /** The R bit of EVEN-PORT: reserve the next port as well. */
  'reserve-bit': boolean;
  'password-algorithm': PasswordAlgorithm;
  'password-algorithms': readonly PasswordAlgorithm[];
  'address-error-code': { readonly family: Family; readonly code: number; readonly reason: string };
  icmp: { readonly type: number; readonly code: number; readonly data: number };
}

export interface PasswordAlgorithm {
  /** 1 is MD5, 2 is SHA-256 (RFC 8489 §18.5.1). */
  readonly algorithm: number;
  readonly parameters: Uint8Array;
}

export type Shape = keyof ShapeValue;

interface Definition {
  readonly code: number;
  readonly shape: Shape;
  /** Allowed value lengths in bytes, where the shape alone does not say. */
  readonly bytes?: { readonly min: number; readonly max: number };
}

const exactly = (length: number) => ({ min: length, max: length });

/** Every attribute by name; codes below 0x8000 are comprehension-required (RFC 8489 §14). */
export const ATTRIBUTES = {
  // RFC 8489 §14, §18.3.1
  'MAPPED-ADDRESS': { code: 0x0001, shape: 'address' },
  USERNAME: { code: 0x0006, shape: 'text', bytes: { min: 0, max: 508 } },
  'MESSAGE-INTEGRITY': { code: 0x0008, shape: 'bytes', bytes: exactly(20) },
  'ERROR-CODE': { code: 0x0009, shape: 'error-code' },
  'UNKNOWN-ATTRIBUTES': { code: 0x000a, shape: 'type-list' },
  REALM: { code: 0x0014, shape: 'text', bytes: { min: 0, max: 763 } },
  NONCE: { code: 0x0015, shape: 'text', bytes: { min: 0, max: 763 } },
  'MESSAGE-INTEGRITY-SHA256': { code: 0x001c, shape: 'bytes', bytes: { min: 16, max: 32 } },
  'PASSWORD-ALGORITHM': { code: 0x001d, shape: 'password-algorithm' },
  USERHASH: { code: 0x001e, shape: 'bytes', bytes: exactly(32) },
  'XOR-MAPPED-ADDRESS': { code: 0x0020, shape: 'xor-address' },
  'PASSWORD-ALGORITHMS': { code: 0x8002, shape: 'password-algorithms' },
  'ALTERNATE-DOMAIN': { code: 0x8003, shape: 'text', bytes: { min: 0, max: 255 } },
  SOFTWARE: { code: 0x8022, shape: 'text', bytes: { min: 0, max: 763 } },
  'ALTERNATE-SERVER': { code: 0x8023, shape: 'address' },
  FINGERPRINT: { code: 0x8028, shape: 'uint32' },
  // Classic, RFC 3489 §11.2
  'RESPONSE-ADDRESS': { code: 0x0002, shape: 'address' },
  'SOURCE-ADDRESS': { code: 0x0004, shape: 'address' },
  'CHANGED-ADDRESS': { code: 0x0005, shape: 'address' },
  'REFLECTED-FROM': { code: 0x000b, shape: 'address' },
  // Behaviour discovery, RFC 5780 §7
  'CHANGE-REQUEST': { code: 0x0003, shape: 'change-request' },
  PADDING: { code: 0x0026, shape: 'bytes' },
  'RESPONSE-PORT': { code: 0x0027, shape: 'port' },
  'CACHE-TIMEOUT': { code: 0x8027, shape: 'uint32' },
  'RESPONSE-ORIGIN': { code: 0x802b, shape: 'address' },
  'OTHER-ADDRESS': { code: 0x802c, shape: 'address' },
  // ICE, RFC 8445 §16.1
  PRIORITY: { code: 0x0024, shape: 'uint32' },
  'USE-CANDIDATE': { code: 0x0025, shape: 'flag' },
  'ICE-CONTROLLED': { code: 0x8029, shape: 'uint64' },
  'ICE-CONTROLLING': { code: 0x802a, shape: 'uint64' },
  /**
   * Natcheck defines it, for a Binding indication: the sender closes the path. The code is unassigned, in the range that is
   * given out by expert review (RFC 8489 §18.3.2); it is comprehension-optional, so that every other agent ignores it.
   */
  'PATH-CLOSED': { code: 0xecc1, shape: 'flag' },
  // TURN, RFC 8656 §18, and TURN over TCP, RFC 6062 §6.2.2
  'CHANNEL-NUMBER': { code: 0x000c, shape: 'uint16' },
  LIFETIME: { code: 0x000d, shape: 'uint32' },
  'XOR-PEER-ADDRESS': { code: 0x0012, shape: 'xor-address' },
  DATA: { code: 0x0013, shape: 'bytes' },
  'XOR-RELAYED-ADDRESS': { code: 0x0016, shape: 'xor-address' },
  'REQUESTED-ADDRESS-FAMILY': { code: 0x0017, shape: 'family' },
  'EVEN-PORT': { code: 0x0018, shape: 'reserve-bit' },
  'REQUESTED-TRANSPORT': { code: 0x0019, shape: 'uint8' },
  'DONT-FRAGMENT': { code: 0x001a, shape: 'flag' },
  'RESERVATION-TOKEN': { code: 0x0022, shape: 'bytes', bytes: exactly(8) },
  'CONNECTION-ID': { code: 0x002a, shape: 'uint32' },
  'ADDITIONAL-ADDRESS-FAMILY': { code: 0x8000, shape: 'family' },
  'ADDRESS-ERROR-CODE': { code: 0x8001, shape: 'address-error-code' },
  ICMP: { code: 0x8004, shape: 'icmp' },
} as const satisfies Record<string, Definition>;

export type AttributeName = keyof typeof ATTRIBUTES;
export type AttributeValue<N extends AttributeName> = ShapeValue[(typeof ATTRIBUTES)[N]['shape']];
export type KnownAttribute = {
  [N in AttributeName]: { readonly type: N; readonly value: AttributeValue<N> };
}[AttributeName];

/** An attribute without a definition, or a comprehension-optional one whose value is not well formed: kept as bytes. */
export interface OpaqueAttribute {
  readonly type: 'opaque';
  readonly code: number;
  readonly value: Uint8Array;
}

export type Attribute = KnownAttribute | OpaqueAttribute;

export const ATTRIBUTE_NAMES = Object.keys(ATTRIBUTES) as readonly AttributeName[];
const NAME_OF_CODE = new Map<number, AttributeName>(ATTRIBUTE_NAMES.map((name) => [ATTRIBUTES[name].code, name]));

export function nameOfCode(code: number): AttributeName | undefined {
  return NAME_OF_CODE.get(code);
}

export function definitionOf(name: AttributeName): Definition {
  return ATTRIBUTES[name];
}

export function isComprehensionRequired(code: number): boolean {
  return code < 0x8000;
}
