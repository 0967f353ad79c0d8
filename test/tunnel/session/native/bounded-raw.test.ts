import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLengths } from '../../../../src/tunnel/session/native/bounded-raw.ts';

function messageOf(length: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(length & 255, (length >> 8) & 255, length >> 16), Buffer.alloc(length, 0xff)]);
}

function split(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const at = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

describe('the bound of messages', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 8 });
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

  it('lets pass messages up to it, in whatever pieces they come', () => {
    fc.assert(
      fc.property(lengths, cuts, (sizes, at) => {
        const accepts = createLengths(1_000);
        expect(split(Buffer.concat(sizes.map(messageOf)), at).every(accepts)).toBe(true);
      }),
    );
  });

  it('refuses a longer one as soon as its length has come', () => {
    fc.assert(
      fc.property(lengths, cuts, fc.integer({ min: 1_001, max: 0xff_ffff }), (sizes, at, tooLong) => {
        const accepts = createLengths(1_000);
        const header = messageOf(0).map((_, index) => (tooLong >> (8 * index)) & 255);
        const pieces = split(Buffer.concat([...sizes.map(messageOf), header]), at).filter(({ length }) => length > 0);
        expect(pieces.map(accepts).indexOf(false)).toBe(pieces.length - 1);
      }),
    );
  });
});
