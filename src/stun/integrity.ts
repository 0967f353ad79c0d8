/** MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256 (RFC 8489 §14.5, §14.6), and the keys they take (§9). */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ATTRIBUTES } from './attribute.ts';
import { HEADER_BYTES } from './header.ts';
import { walk } from './wire-attributes.ts';

export type IntegrityAlgorithm = 'sha1' | 'sha256';

interface Integrity {
  readonly code: number;
  /** The length that is sent; a SHA-256 may come truncated to a multiple of four, 16 at least. */
  readonly bytes: number;
  readonly digest: (key: Uint8Array, covered: Uint8Array) => Uint8Array;
}

const hmac = (algorithm: IntegrityAlgorithm) => (key: Uint8Array, covered: Uint8Array) =>
  new Uint8Array(createHmac(algorithm, key).update(covered).digest());

export const INTEGRITY: Readonly<Record<IntegrityAlgorithm, Integrity>> = {
  sha1: { code: ATTRIBUTES['MESSAGE-INTEGRITY'].code, bytes: 20, digest: hmac('sha1') },
  sha256: { code: ATTRIBUTES['MESSAGE-INTEGRITY-SHA256'].code, bytes: 32, digest: hmac('sha256') },
};

/**
 * Tells whether the datagram carries that integrity attribute, and whether it fits the key.
 * `absent` and `wrong` call for different answers (RFC 8489 §9.1.3, §9.2.4).
 */
export function checkIntegrity(
  datagram: Uint8Array,
  { algorithm, key }: { readonly algorithm: IntegrityAlgorithm; readonly key: Uint8Array },
): 'valid' | 'wrong' | 'absent' {
  const { code, digest } = INTEGRITY[algorithm];
  const walked = walk(datagram);
  if (!walked.ok) return 'absent';
  const found = walked.attributes.find((one) => one.code === code);
  if (!found) return 'absent';
  const { offset, value } = found;
  const shortest = algorithm === 'sha1' ? INTEGRITY.sha1.bytes : 16;
  if (value.length < shortest || value.length > INTEGRITY[algorithm].bytes || value.length % 4 !== 0) return 'wrong';
  const covered = walked.plain.slice(0, offset);
  new DataView(covered.buffer).setUint16(2, offset + 4 + value.length - HEADER_BYTES);
  return timingSafeEqual(digest(key, covered).subarray(0, value.length), value) ? 'valid' : 'wrong';
}

/** Makes the short-term key: the password itself, prepared as an OpaqueString by the caller (RFC 8489 §9.1.1). */
export function shortTermKey(password: string): Uint8Array {
  return new TextEncoder().encode(password);
}

/** Makes the long-term key with MD5, the algorithm that every TURN server knows (RFC 8489 §9.2.2, §18.5.1.1). */
export function longTermKey(credentials: {
  readonly username: string;
  readonly realm: string;
  readonly password: string;
}): Uint8Array {
  const { username, realm, password } = credentials;
  return new Uint8Array(createHash('md5').update(`${username}:${realm}:${password}`).digest());
}
