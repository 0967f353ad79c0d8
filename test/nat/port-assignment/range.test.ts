import { describe, expect, it } from 'vitest';
import { rangeOf } from '../../../src/nat/port-assignment/range.ts';

/** `count` ports, evenly from `first` to `last`. */
const spread = (first: number, last: number, count = 10): number[] =>
  Array.from({ length: count }, (_, index) => Math.round(first + ((last - first) * index) / (count - 1)));

describe('the range of ports', () => {
  it('is the power-of-two block that they nearly fill', () => {
    expect(rangeOf(spread(20_500, 21_480))).toEqual({ first: 20_480, last: 21_503 });
  });

  it('is what was seen and a mean gap more where no such block fits', () => {
    expect(rangeOf(spread(52_000, 60_000, 9))).toEqual({ first: 51_000, last: 61_000 });
  });

  it('ends at the last port', () => {
    expect(rangeOf(spread(46_000, 64_000, 11))).toEqual({ first: 44_200, last: 65_535 });
  });

  it('begins with port 1 at the least, also where the block that they fill has port 0', () => {
    expect(rangeOf(spread(1_100, 3_900))).toEqual({ first: 1, last: 4_095 });
    expect(rangeOf(spread(0, 0))).toEqual({ first: 1, last: 1 });
  });

  it('is everything where chance puts them so close once in 10,000 times', () => {
    // 10 · (w / 64512)^9 = 10^-4 at w = 17,950.8.
    expect(rangeOf(spread(20_000, 37_949))).not.toBeNull();
    expect(rangeOf(spread(20_000, 37_950))).toBeNull();
  });

  it('is not told from so few ports that chance puts them together', () => {
    expect(rangeOf([2000])).toBeNull();
    expect(rangeOf([2000, 2004])).toBeNull();
    expect(rangeOf([2000, 2600, 2010])).toBeNull();
  });
});
