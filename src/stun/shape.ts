/** How the value of each attribute shape is written to bytes and read back; the layouts are in the RFC sections named. */
import type { Family } from '../endpoint.ts';
import { decodeAddress, encodeAddress, type XorKey } from './address.ts';
import type { PasswordAlgorithm, Shape, ShapeValue } from './attribute.ts';

interface ShapeCodec<V> {
  /** Allowed value lengths in bytes, both included. */
  readonly min: number;
  readonly max: number;
  readonly encode: (value: V, xor: XorKey) => Uint8Array;
  /** Null when bytes of an allowed length hold no value of this shape. */
  readonly decode: (wire: Uint8Array, xor: XorKey) => V | null;
}

const MAX = 0xffff;
const UTF8 = new TextEncoder();
const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** IANA address family numbers as STUN uses them (RFC 8489 §14.1, RFC 8656 §18.6). */
const FAMILY_CODE = { IPv4: 1, IPv6: 2 } as const satisfies Record<Family, number>;
const CHANGE_IP = 0x04;
const CHANGE_PORT = 0x02;

const view = (wire: Uint8Array): DataView => new DataView(wire.buffer, wire.byteOffset, wire.byteLength);

function bytesOf(length: number, write: (out: DataView) => void): Uint8Array {
  const out = new Uint8Array(length);
  write(view(out));
  return out;
}

function decodeText(wire: Uint8Array): string | null {
  try {
    return STRICT_UTF8.decode(wire);
  } catch {
    return null;
  }
}

const familyOfCode = (code: number | undefined): Family | null => (code === 1 ? 'IPv4' : code === 2 ? 'IPv6' : null);

/** Class (hundreds, 3..6) and number (0..99) in the third and fourth byte, then the reason (RFC 8489 §14.8). */
function encodeError({ code, reason }: { code: number; reason: string }, first = 0): Uint8Array {
  const text = UTF8.encode(reason);
  const out = new Uint8Array(4 + text.length);
  out.set([first, 0, Math.floor(code / 100), code % 100]);
  out.set(text, 4);
  return out;
}

function decodeError(wire: Uint8Array): { code: number; reason: string } | null {
  const hundreds = (wire[2] ?? 0) & 0x07;
  const rest = wire[3] ?? 0;
  const reason = decodeText(wire.subarray(4));
  return reason === null || hundreds < 3 || hundreds > 6 || rest > 99 ? null : { code: hundreds * 100 + rest, reason };
}

/** Algorithm and parameter length, 16 bits each, then the parameters, padded to four bytes (RFC 8489 §14.11, §14.12). */
function encodeAlgorithms(algorithms: readonly PasswordAlgorithm[]): Uint8Array {
  const parts = algorithms.map(({ algorithm, parameters }) =>
    bytesOf(4 + Math.ceil(parameters.length / 4) * 4, (out) => {
      out.setUint16(0, algorithm);
      out.setUint16(2, parameters.length);
      new Uint8Array(out.buffer).set(parameters, 4);
    }),
  );
  return new Uint8Array(Buffer.concat(parts));
}

function decodeAlgorithms(wire: Uint8Array): readonly PasswordAlgorithm[] | null {
  const algorithms: PasswordAlgorithm[] = [];
  for (let at = 0; at < wire.length; ) {
    if (at + 4 > wire.length) return null;
    const length = view(wire).getUint16(at + 2);
    const end = at + 4 + length;
    if (end > wire.length) return null;
    algorithms.push({ algorithm: view(wire).getUint16(at), parameters: wire.slice(at + 4, end) });
    at = at + 4 + Math.ceil(length / 4) * 4;
  }
  return algorithms;
}

export const SHAPES: { readonly [S in Shape]: ShapeCodec<ShapeValue[S]> } = {
  address: { min: 8, max: 20, encode: (value) => encodeAddress(value), decode: (wire) => decodeAddress(wire) },
  'xor-address': { min: 8, max: 20, encode: encodeAddress, decode: decodeAddress },
  text: { min: 0, max: MAX, encode: (value) => UTF8.encode(value), decode: decodeText },
  bytes: { min: 0, max: MAX, encode: (value) => value, decode: (wire) => wire.slice() },
  uint32: {
    min: 4,
    max: 4,
    encode: (value) => bytesOf(4, (out) => out.setUint32(0, value)),
    decode: (wire) => view(wire).getUint32(0),
  },
  uint64: {
    min: 8,
    max: 8,
    encode: (value) => bytesOf(8, (out) => out.setBigUint64(0, value)),
    decode: (wire) => view(wire).getBigUint64(0),
  },
  flag: { min: 0, max: 0, encode: () => new Uint8Array(0), decode: () => true },
  'change-request': {
    min: 4,
    max: 4,
    encode: ({ ip, port }) => Uint8Array.of(0, 0, 0, (ip ? CHANGE_IP : 0) | (port ? CHANGE_PORT : 0)),
    decode: (wire) => ({ ip: ((wire[3] ?? 0) & CHANGE_IP) !== 0, port: ((wire[3] ?? 0) & CHANGE_PORT) !== 0 }),
  },
  'error-code': { min: 4, max: MAX, encode: (value) => encodeError(value), decode: decodeError },
  'type-list': {
    min: 0,
    max: MAX,
    encode: (codes) => bytesOf(codes.length * 2, (out) => codes.forEach((code, i) => void out.setUint16(i * 2, code))),
    decode: (wire) =>
      wire.length % 2 === 0
        ? Array.from({ length: wire.length / 2 }, (_, index) => view(wire).getUint16(index * 2))
        : null,
  },
  uint16: {
    min: 4,
    max: 4,
    encode: (value) => bytesOf(4, (out) => out.setUint16(0, value)),
    decode: (wire) => view(wire).getUint16(0),
  },
  port: {
    min: 2,
    max: 4,
    encode: (value) => bytesOf(4, (out) => out.setUint16(0, value)),
    decode: (wire) => (wire.length === 3 ? null : view(wire).getUint16(0)),
  },
  uint8: { min: 4, max: 4, encode: (value) => Uint8Array.of(value, 0, 0, 0), decode: (wire) => wire[0] ?? null },
  family: {
    min: 4,
    max: 4,
    encode: (value) => Uint8Array.of(FAMILY_CODE[value], 0, 0, 0),
    decode: (wire) => familyOfCode(wire[0]),
  },
  'reserve-bit': {
    min: 1,
    max: 1,
    encode: (value) => Uint8Array.of(value ? 0x80 : 0),
    decode: (wire) => ((wire[0] ?? 0) & 0x80) !== 0,
  },
  'password-algorithm': {
    min: 4,
    max: MAX,
    encode: (value) => encodeAlgorithms([value]),
    decode: (wire) => {
      const algorithms = decodeAlgorithms(wire);
      return algorithms?.length === 1 ? (algorithms[0] ?? null) : null;
    },
  },
  'password-algorithms': { min: 4, max: MAX, encode: encodeAlgorithms, decode: decodeAlgorithms },
  'address-error-code': {
    min: 4,
    max: MAX,
    encode: (value) => encodeError(value, FAMILY_CODE[value.family]),
    decode: (wire) => {
      const family = familyOfCode(wire[0]);
      const error = decodeError(wire);
      return family && error && { family, ...error };
    },
  },
  icmp: {
    min: 8,
    max: 8,
    // Type has 7 bits and code 9 (RFC 8656 §18.13).
    encode: ({ type, code, data }) =>
      bytesOf(8, (out) => {
        out.setUint16(2, (type << 9) | code);
        out.setUint32(4, data);
      }),
    decode: (wire) => {
      const typeAndCode = view(wire).getUint16(2);
      return { type: typeAndCode >> 9, code: typeAndCode & 0x1ff, data: view(wire).getUint32(4) };
    },
  },
};
