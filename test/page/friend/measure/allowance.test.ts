/** How much a friend may say. */
import { describe, expect, it } from 'vitest';
import { createAllowance } from '../../../../page/friend/measure/allowance.ts';

describe('an allowance', () => {
  it('is some at once, and then so many per second', () => {
    const allowed = createAllowance({ atOnce: 3, perSecond: 2 });
    expect([0, 0, 0, 0].map((now) => allowed.take(now))).toEqual([true, true, true, false]);
    expect([499, 500, 500, 1_000].map((now) => allowed.take(now))).toEqual([false, true, false, true]);
  });

  it('does not save up more than it gives at once', () => {
    const allowed = createAllowance({ atOnce: 2, perSecond: 10 });
    allowed.take(0);
    expect([60_000, 60_000, 60_000].map((now) => allowed.take(now))).toEqual([true, true, false]);
  });
});
