/** Codes for tests, made from random bytes that are the same each time. */
import { createHash } from 'node:crypto';
import { type Code, createCode, formatCode } from '../../../src/tunnel/code/code.ts';

/** Bytes that follow from the seed. */
export const bytesFrom =
  (seed: number | string) =>
  (length: number): Uint8Array =>
    createHash('shake256', { outputLength: length }).update(String(seed)).digest();

export function codeFrom(seed: number | string, options: Partial<Pick<Code, 'server' | 'once'>> = {}): Code {
  return createCode({ server: null, once: false, ...options, randomBytes: bytesFrom(seed) });
}

/** Codes of every kind of server, as text. */
export const TEXTS: readonly string[] = [
  null,
  'stun.example.org',
  'a.example:3479',
  '203.0.113.10',
  '2001:db8::7',
  '[2001:db8::7]:3479',
].map((server, index) => formatCode(codeFrom(index, { server, once: index % 2 === 1 })));
