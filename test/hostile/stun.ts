/** STUN and TURN messages that are well formed and say anything, and what accidents make of them. */
import type { Random } from '../../lab/sim/network/random.ts';
import type { Endpoint } from '../../src/endpoint.ts';
import {
  ATTRIBUTE_NAMES,
  type Attribute,
  type AttributeName,
  definitionOf,
  type Shape,
} from '../../src/stun/attribute.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { METHOD } from '../../src/stun/header.ts';
import type { IntegrityAlgorithm } from '../../src/stun/integrity.ts';
import type { StunMessage } from '../../src/stun/message.ts';
import { mutate } from '../stun/corpus.ts';
import { chance, endpoint, listOf, text, uint32 } from './values.ts';

const METHODS = Object.values(METHOD) as unknown as readonly [number, ...number[]];
/** The greatest length of values that have no limit; longer ones only cost time. */
const LENGTH_MAX = 64;
const CODES = [300, 400, 401, 403, 420, 437, 438, 440, 441, 442, 443, 446, 486, 487, 500, 508, 699] as const;
/** Where the message's own end is said; random ones would only be wrong. */
const ENDING: ReadonlySet<string> = new Set(['MESSAGE-INTEGRITY', 'MESSAGE-INTEGRITY-SHA256', 'FINGERPRINT']);
const NAMES = ATTRIBUTE_NAMES.filter((name) => !ENDING.has(name)) as unknown as readonly [
  AttributeName,
  ...AttributeName[],
];

function anyEndpoint(random: Random): Endpoint {
  return { ...endpoint(random), ...(chance(random, 0.05) && { port: 0 }) };
}

const code = (random: Random): number => (chance(random, 0.8) ? random.pick(CODES) : 300 + random.integer(400));

function valueFor(shape: Shape, random: Random, bytes: { readonly min: number; readonly max: number }): unknown {
  switch (shape) {
    case 'address':
    case 'xor-address':
      return anyEndpoint(random);
    case 'text':
      return text(random, Math.min(bytes.max, LENGTH_MAX));
    case 'bytes':
      return random.bytes(bytes.min + random.integer(Math.min(bytes.max, LENGTH_MAX) - bytes.min + 1));
    case 'uint32':
      return uint32(random);
    case 'uint64':
      return (BigInt(uint32(random)) << 32n) | BigInt(uint32(random));
    case 'flag':
      return true;
    case 'change-request':
      return { ip: chance(random, 0.5), port: chance(random, 0.5) };
    case 'error-code':
      return { code: code(random), reason: text(random, LENGTH_MAX) };
    case 'type-list':
      return listOf(random, 20, () => random.integer(65_536));
    case 'uint16':
    case 'port':
      return chance(random, 0.2) ? random.pick([0, 0x3fff, 0x4000, 0x4fff, 0xffff]) : random.integer(65_536);
    case 'uint8':
      return random.integer(256);
    case 'family':
      return random.pick(['IPv4', 'IPv6']);
    case 'reserve-bit':
      return chance(random, 0.5);
    case 'password-algorithm':
      return { algorithm: random.integer(4), parameters: random.bytes(random.integer(8)) };
    case 'password-algorithms':
      return [1, 2].map((algorithm) => ({ algorithm, parameters: random.bytes(random.integer(4)) }));
    case 'address-error-code':
      return { family: random.pick(['IPv4', 'IPv6']), code: code(random), reason: text(random, LENGTH_MAX) };
    case 'icmp':
      return { type: random.integer(128), code: random.integer(512), data: uint32(random) };
  }
}

export function attributeOf(random: Random, name: AttributeName): Attribute {
  const { shape, bytes = { min: 0, max: LENGTH_MAX } } = definitionOf(name);
  return { type: name, value: valueFor(shape, random, bytes) } as Attribute;
}

/** Those named, with values of any kind, and sometimes others. */
export function attributesOf(random: Random, names: readonly AttributeName[]): readonly Attribute[] {
  const all = names.map((name) => attributeOf(random, name));
  if (chance(random, 0.2)) all.push(attributeOf(random, random.pick(NAMES)));
  if (chance(random, 0.05)) all.push({ type: 'opaque', code: random.integer(65_536), value: random.bytes(8) });
  return all;
}

export interface Signed {
  readonly algorithm: IntegrityAlgorithm;
  readonly key: Uint8Array;
}

/** An answer to the request, of any class mostly a success, with those attributes; under the key, as a rule. */
export function answerTo(
  random: Random,
  request: Pick<StunMessage, 'method' | 'transactionId'>,
  { names, key }: { readonly names: readonly AttributeName[]; readonly key?: Signed | undefined },
): Uint8Array {
  const isError = chance(random, 0.3);
  const attributes = attributesOf(random, isError ? ['ERROR-CODE', ...names] : names);
  return encode(
    {
      class: isError ? 'error' : chance(random, 0.97) ? 'success' : 'indication',
      method: chance(random, 0.97) ? request.method : random.pick(METHODS),
      transactionId: request.transactionId,
      attributes,
    },
    { ...(key && chance(random, 0.9) && { integrity: key }), fingerprint: chance(random, 0.5) },
  );
}

/** A message of any class, method and attributes. */
export function anyMessage(random: Random): Uint8Array {
  const names = Array.from({ length: random.integer(7) }, () => random.pick(NAMES));
  return encode(
    {
      class: random.pick(['request', 'indication', 'success', 'error']),
      method: random.pick(METHODS),
      transactionId: random.bytes(chance(random, 0.1) ? 16 : 12),
      attributes: attributesOf(random, names),
    },
    {
      ...(chance(random, 0.2) && { integrity: { algorithm: 'sha1', key: random.bytes(16) } }),
      fingerprint: chance(random, 0.3),
    },
  );
}

/** As it is, or after accidents. */
export function damaged(random: Random, bytes: Uint8Array, share = 0.3): Uint8Array {
  return chance(random, share) ? mutate(bytes, random.integer) : bytes;
}

/** What a session has sent, if that is a message. */
export function requestIn(bytes: Uint8Array): StunMessage | null {
  const decoded = decode(bytes);
  return decoded.ok ? decoded.message : null;
}
