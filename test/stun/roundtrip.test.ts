import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/endpoint.ts';
import { ATTRIBUTE_NAMES, type Attribute, definitionOf, nameOfCode, type Shape } from '../../src/stun/attribute.ts';
import { decode } from '../../src/stun/decode.ts';
import { encode } from '../../src/stun/encode.ts';
import { hasValidFingerprint } from '../../src/stun/fingerprint.ts';
import { checkIntegrity } from '../../src/stun/integrity.ts';

const octets = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const family = fc.constantFrom('IPv4' as const, 'IPv6' as const);
const ipv6 = fc
  .ipV6()
  .filter((text) => !text.includes('.'))
  .map((text) => new URL(`http://[${text}]`).hostname.slice(1, -1));
const endpoint: fc.Arbitrary<Endpoint> = fc.record({ address: fc.oneof(fc.ipV4(), ipv6), port: uint(16) });
const errorCode = { code: fc.integer({ min: 300, max: 699 }), reason: fc.string({ unit: 'grapheme', maxLength: 40 }) };
const algorithm = fc.record({ algorithm: uint(16), parameters: octets(0, 12) });

const VALUES: Readonly<Record<Exclude<Shape, 'bytes' | 'text'>, fc.Arbitrary<unknown>>> = {
  address: endpoint,
  'xor-address': endpoint,
  uint32: uint(32),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  flag: fc.constant(true),
  'change-request': fc.record({ ip: fc.boolean(), port: fc.boolean() }),
  'error-code': fc.record(errorCode),
  'type-list': fc.array(uint(16), { maxLength: 8 }),
  uint16: uint(16),
  port: uint(16),
  uint8: uint(8),
  family,
  'reserve-bit': fc.boolean(),
  'password-algorithm': algorithm,
  'password-algorithms': fc.array(algorithm, { minLength: 1, maxLength: 3 }),
  'address-error-code': fc.record({ family, ...errorCode }),
  icmp: fc.record({ type: uint(7), code: uint(9), data: uint(32) }),
};

const CLOSING = new Set(['MESSAGE-INTEGRITY', 'MESSAGE-INTEGRITY-SHA256', 'FINGERPRINT']);
const known = fc.constantFrom(...ATTRIBUTE_NAMES.filter((name) => !CLOSING.has(name))).chain((type) => {
  const { shape, bytes } = definitionOf(type);
  const { min, max } = bytes ?? { min: 0, max: 64 };
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const value = shape === 'bytes' ? octets(min, max) : shape === 'text' ? text : VALUES[shape];
  return value.map((one) => ({ type, value: one }) as Attribute);
});
const opaque = uint(16)
  .filter((code) => nameOfCode(code) === undefined)
  .chain((code) => octets(0, 64).map((value): Attribute => ({ type: 'opaque', code, value })));

const message = fc.record({
  class: fc.constantFrom('request' as const, 'indication' as const, 'success' as const, 'error' as const),
  method: uint(12),
  transactionId: octets(12, 12),
  attributes: fc.array(fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: opaque }), { maxLength: 6 }),
});

describe('encode, then decode', () => {
  it('is the identity for every message', () => {
    fc.assert(
      fc.property(message, (one) => {
        expect(decode(encode(one))).toEqual({ ok: true, message: one });
      }),
      {
        numRuns: 5000,
      },
    );
  });

  it('is the identity for classic messages, whose id takes the place of the cookie', () => {
    const classicId = octets(16, 16).filter((id) => id[0] !== 0x21);
    fc.assert(
      fc.property(message, classicId, (modern, transactionId) => {
        const classic = { ...modern, transactionId };
        expect(decode(encode(classic))).toEqual({ ok: true, message: classic });
      }),
    );
  });

  it('gives what the key and the fingerprint vouch for, and no other key does', () => {
    const algorithms = fc.constantFrom('sha1' as const, 'sha256' as const);
    fc.assert(
      fc.property(message, algorithms, octets(1, 40), (one, name, key) => {
        const bytes = encode(one, { integrity: { algorithm: name, key }, fingerprint: true });
        expect(bytes.length % 4).toBe(0);
        expect(checkIntegrity(bytes, { algorithm: name, key })).toBe('valid');
        expect(checkIntegrity(bytes, { algorithm: name, key: Uint8Array.of(...key, 1) })).toBe('wrong');
        expect(hasValidFingerprint(bytes)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('encode', () => {
  const base = { class: 'request', method: 1, transactionId: new Uint8Array(12) } as const;

  it.each<[string, Attribute]>([
    ['USERNAME of 509 bytes: it has 0 to 508', { type: 'USERNAME', value: 'u'.repeat(509) }],
    ['USERHASH of 31 bytes: it has 32 to 32', { type: 'USERHASH', value: new Uint8Array(31) }],
    ['not an IP address: example.org', { type: 'MAPPED-ADDRESS', value: { address: 'example.org', port: 1 } }],
  ])('throws a RangeError: %s', (text, attribute) => {
    expect(() => encode({ ...base, attributes: [attribute] })).toThrow(new RangeError(text));
  });

  it('throws a RangeError for a transaction id of neither length', () => {
    expect(() => encode({ ...base, transactionId: new Uint8Array(8), attributes: [] })).toThrow(
      new RangeError('a transaction id of 8 bytes: it has 12, or 16 without a cookie'),
    );
  });

  it.each(['1.2.3', '1.2.3.4.5', '256.1.1.1', '1..2.3', '', '0001.2.3.4', '1.2.3.x', '2001:db8::g'])(
    "throws a RangeError for the address '%s'",
    (address) => {
      const attributes = [{ type: 'MAPPED-ADDRESS', value: { address, port: 1 } }] as const;
      expect(() => encode({ ...base, attributes })).toThrow(new RangeError(`not an IP address: ${address}`));
    },
  );
});
