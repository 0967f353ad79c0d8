import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arrivals, pattern } from '../../../../bench/peers/pipe/pattern.ts';

const MEBIBYTE = 1024 * 1024;

/** All of the pattern, as one piece. */
function wholePattern(bytes: number): Buffer {
  return Buffer.concat(Array.from(pattern(bytes), (block) => Buffer.from(block)));
}

it('the pattern is as long as asked for, and no two of its blocks are the same', () => {
  const whole = wholePattern(2 * MEBIBYTE + 5);
  expect(whole.length).toBe(2 * MEBIBYTE + 5);
  expect(whole.subarray(0, MEBIBYTE).equals(whole.subarray(MEBIBYTE, 2 * MEBIBYTE))).toBe(false);
});

it('the pattern is right in whatever pieces it arrives', () => {
  const whole = wholePattern(2 * MEBIBYTE + 5);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: whole.length })), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const { take, told } = arrivals();
      for (const [index, from] of at.entries()) take(whole.subarray(from, at[index + 1]));
      expect(told()).toMatchObject({ bytes: whole.length, wrongAt: null });
    }),
    { numRuns: 50 },
  );
});

it('a wrong byte is told by where its piece begins', () => {
  const whole = wholePattern(MEBIBYTE + 10);
  whole[MEBIBYTE + 6] = (whole[MEBIBYTE + 6] ?? 0) ^ 1;
  const { take, told } = arrivals();
  take(whole.subarray(0, MEBIBYTE + 5));
  take(whole.subarray(MEBIBYTE + 5));
  expect(told()).toMatchObject({ bytes: MEBIBYTE + 10, wrongAt: MEBIBYTE + 5 });
});

it('a block that comes twice is wrong', () => {
  const whole = wholePattern(2 * MEBIBYTE);
  const { take, told } = arrivals();
  take(whole.subarray(0, MEBIBYTE));
  take(whole.subarray(0, MEBIBYTE));
  expect(told()).toMatchObject({ wrongAt: MEBIBYTE });
});
