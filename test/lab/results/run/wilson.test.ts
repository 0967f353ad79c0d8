import { expect, it } from 'vitest';
import { wilsonInterval } from '../../../../lab/results/run/wilson.ts';

/** Computed by another program from the same formula. */
it.each([
  [9, 10, 0.5958, 0.9821],
  [1, 1, 0.2065, 1],
  [0, 10, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [50, 100, 0.4038, 0.5962],
])('%i of %i is between %f and %f', (successes, tries, from, to) => {
  const interval = wilsonInterval(successes, tries);
  expect([interval.from.toFixed(4), interval.to.toFixed(4)]).toEqual([from.toFixed(4), to.toFixed(4)]);
});
