import { expect, it } from 'vitest';
import { formatOdds } from '../../../src/punch/attempt/odds.ts';

it('odds show as many nines as they have', () => {
  expect([0, 0.5, 0.9835, 0.999745, 0.999999935, 1].map(formatOdds)).toEqual([
    '0 %',
    '50 %',
    '98.4 %',
    '99.975 %',
    '99.9999935 %',
    '100 %',
  ]);
});
