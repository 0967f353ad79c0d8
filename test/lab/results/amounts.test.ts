import { expect, it } from 'vitest';
import { bytesWords, intervalWords, secondsWords, timeWords } from '../../../lab/results/amounts.ts';

it('times are rounded, and long ones in seconds', () => {
  expect([116.96614200000022, 0.4, 9999.4, 9999.6, 74_012].map(timeWords)).toEqual([
    '117 ms',
    '0 ms',
    '9999 ms',
    '10.0 s',
    '74.0 s',
  ]);
  expect(secondsWords(412)).toBe('0.4 s');
});

it('sizes go by thousands', () => {
  expect([999, 1000, 104_300, 3_400_000].map(bytesWords)).toEqual(['999 B', '1.0 kB', '104.3 kB', '3.4 MB']);
});

it('an interval is rounded outward', () => {
  expect(intervalWords({ from: 0.5958, to: 0.9821 })).toBe('59–99 %');
});
