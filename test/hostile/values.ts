/** The values that break things: the ends of every range, other families, empty and long texts. */
import type { Random } from '../../lab/sim/network/random.ts';
import type { Endpoint } from '../../src/endpoint.ts';

export const chance = (random: Random, share: number): boolean => random.next() < share;

const PORTS = [1, 9, 53, 1023, 1024, 3478, 3479, 40_000, 49_152, 65_534, 65_535] as const;
const IPV4 = [
  '0.0.0.0',
  '0.0.0.1',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.1.1',
  '172.16.0.1',
  '192.168.1.10',
  '198.51.100.1',
  '203.0.113.10',
  '203.0.113.11',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
] as const;
const IPV6 = [
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '64:ff9b::a00:1',
  '2001:db8::7',
  '2002:a00:1::1',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
] as const;

export function port(random: Random): number {
  return chance(random, 0.5) ? random.pick(PORTS) : 1 + random.integer(65_535);
}

export function address(random: Random): string {
  if (chance(random, 0.3)) return random.pick(IPV6);
  return chance(random, 0.5) ? random.pick(IPV4) : [...random.bytes(4)].join('.');
}

export function endpoint(random: Random): Endpoint {
  return { address: address(random), port: port(random) };
}

/** As a datagram's source has it: port 0 and a zone among them. */
export function source(random: Random): Endpoint {
  if (chance(random, 0.05)) return { address: 'fe80::1%eth0', port: port(random) };
  return { address: address(random), port: chance(random, 0.05) ? 0 : port(random) };
}

export function uint32(random: Random): number {
  return chance(random, 0.5)
    ? random.pick([0, 1, 2, 600, 0x7fffffff, 0x80000000, 0xffffffff])
    : random.integer(2 ** 32);
}

const CHARACTERS = [' ', 'a', 'Z', '0', '/', '%', '"', '\\', '\n', '\u0000', '\u001b', '\u202e', 'é', '😀'] as const;

/** Makes a text of at most `maxBytes` bytes in UTF-8. */
export function text(random: Random, maxBytes: number): string {
  const length = chance(random, 0.1) ? maxBytes : random.integer(Math.min(maxBytes, 24) + 1);
  if (chance(random, 0.5)) return random.pick(['x', '0', '-', '.']).repeat(length);
  return Array.from({ length: length >> 2 }, () => random.pick(CHARACTERS)).join('');
}

/** Some of them, each with that chance, in their order. */
export function some<T>(random: Random, all: readonly T[], share = 0.5): readonly T[] {
  return all.filter(() => chance(random, share));
}

export function listOf<T>(random: Random, max: number, make: () => T): T[] {
  const length = chance(random, 0.1) ? max : random.integer(Math.min(max, 6) + 1);
  return Array.from({ length }, make);
}

/** Base64url, as secrets are written. */
export function secret(random: Random): string {
  return Buffer.from(random.bytes(12 + random.integer(20))).toString('base64url');
}
