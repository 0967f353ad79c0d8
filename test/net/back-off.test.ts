/** How often something may be done again: at once at first, then ever more seldom, until it has been quiet for long enough. */
import { expect, it } from 'vitest';
import { createBackOff } from '../../src/net/back-off.ts';

it('the gaps grow, the last one repeats, and after a quiet time they start over', () => {
  const { next } = createBackOff([0, 500, 2_000], 10_000);
  expect([next(100), next(100), next(100), next(150), next(2_700)]).toEqual([0, 0, 500, 2_450, 1_900]);
  expect([next(14_600), next(14_600), next(14_700)]).toEqual([0, 0, 400]);
});
