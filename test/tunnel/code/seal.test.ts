import { describe, expect, it } from 'vitest';
import type { RoomSeal } from '../../../src/punch/attempt/seal.ts';
import { SIGNAL_MAX_CHARACTERS } from '../../../src/rendezvous/protocol/bounds.ts';
import { keysOf } from '../../../src/tunnel/code/keys.ts';

const SECRET = '3k7wm9fhxqt2vbrc8n4pz';
const SIGNAL = '{"type":"moved","port":40000}';
const sides = (): readonly [RoomSeal, RoomSeal] => [keysOf(SECRET).seal, keysOf(SECRET).seal];

describe('a sealed signal', () => {
  it('is opened by whoever has the code', () => {
    const [alice, bob] = sides();
    for (const text of ['', SIGNAL, 'é😀', 'x'.repeat(8_000)]) {
      expect(bob.open(alice.seal(text, 'key a b'), 'key a b')).toBe(text);
    }
  });

  it('is the one that another program seals with the keys in docs/code.md', () => {
    // ChaCha20-Poly1305 of Python's cryptography, with the nonce 00 01 … 0b.
    const sealed = 'AAECAwQFBgcICQoLDjG9LnAgeQicPyMAyPZjf5EKKjt0J4UY08Q6oE3yh-_otjAnP2HtgazPyUb7';
    expect(keysOf(SECRET).seal.open(sealed, 'key a b')).toBe(SIGNAL);
  });

  it('does not show its text, and is another one each time', () => {
    const [alice] = sides();
    const sealed = Array.from({ length: 100 }, () => alice.seal(SIGNAL, 'key a b'));
    expect(new Set(sealed).size).toBe(100);
    expect(sealed.filter((one) => Buffer.from(one, 'base64url').includes('moved'))).toEqual([]);
  });

  it('is opened once', () => {
    const [alice, bob] = sides();
    const sealed = alice.seal(SIGNAL, 'key a b');
    expect(bob.open(sealed, 'key a b')).toBe(SIGNAL);
    expect(bob.open(sealed, 'key a b')).toBeNull();
    // Base64 of another spelling has the same bytes.
    expect(bob.open(`${sealed}=`, 'key a b')).toBeNull();
  });

  it('is not opened with another code, or about something else', () => {
    const [alice, bob] = sides();
    const sealed = alice.seal(SIGNAL, 'key a b');
    expect(keysOf('3k7wm9fhxqt2vbrc8n4py').seal.open(sealed, 'key a b')).toBeNull();
    for (const about of ['key b a', 'key2 a b', 'key a bb', '']) expect(bob.open(sealed, about)).toBeNull();
    expect(bob.open(sealed, 'key a b')).toBe(SIGNAL);
  });

  it('is not opened where a single bit of it is another one, and is still opened as it was', () => {
    const [alice, bob] = sides();
    const bytes = Buffer.from(alice.seal(SIGNAL, 'key a b'), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Uint8Array.from(bytes, (byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(bob.open(Buffer.from(changed).toString('base64url'), 'key a b')).toBeNull();
    }
    expect(bob.open(bytes.toString('base64url'), 'key a b')).toBe(SIGNAL);
  });

  it('is nothing where it is cut short, or anything else', () => {
    const [alice, bob] = sides();
    const sealed = alice.seal('', 'key a b');
    for (let length = 0; length < sealed.length; length++) {
      expect(bob.open(sealed.slice(0, length), 'key a b')).toBeNull();
    }
    for (const text of ['{}', SIGNAL, '\u0000', '😀'.repeat(4_000)]) expect(bob.open(text, 'key a b')).toBeNull();
  });

  it('fits into the signal of the rendezvous, whatever the agents have to tell', () => {
    // Eight candidates of the greatest length are the longest signal of an attempt.
    const longest = JSON.stringify({ type: 'candidates', candidates: Array(8).fill('x'.repeat(512)) });
    expect(keysOf(SECRET).seal.seal(longest, 'key a b').length).toBeLessThan(SIGNAL_MAX_CHARACTERS);
  });

  it('is remembered up to a number, so that a peer cannot fill the memory', () => {
    const [alice, bob] = sides();
    const first = alice.seal(SIGNAL, 'key a b');
    expect(bob.open(first, 'key a b')).toBe(SIGNAL);
    for (let count = 0; count < 4_095; count++) bob.open(alice.seal('', 'key a b'), 'key a b');
    expect(bob.open(first, 'key a b')).toBeNull();
    bob.open(alice.seal('', 'key a b'), 'key a b');
    expect(bob.open(first, 'key a b')).toBe(SIGNAL);
  });
});
