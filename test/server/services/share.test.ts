/** What one of several workers may have. */
import { expect, it } from 'vitest';
import { rateShare, relayShare } from '../../../server/services/share.ts';

it('what all users have together is divided among the workers, and nothing else is', () => {
  const limits = { allocations: 100, bytesPerSecondInAll: 900, connections: 10, allocationsPerUser: 4 };
  expect(relayShare({ open: true, limits }, 3)).toEqual({
    open: true,
    limits: { allocations: 34, bytesPerSecondInAll: 300, connections: 4, allocationsPerUser: 4 },
  });
});

it('the limits of a relay that is given none are divided too', () => {
  expect(relayShare({}, 2).limits).toEqual({ allocations: 500, bytesPerSecondInAll: 6_250_000, connections: 1_000 });
});

it('a worker may answer its share of what one source or network may cause, and what one client needs at once', () => {
  const rate = { burst: 300, perSecond: 50, leastBurst: 60 };
  expect([1, 2, 10].map((workers) => rateShare(rate, workers))).toEqual([
    { burst: 300, perSecond: 50 },
    { burst: 150, perSecond: 25 },
    { burst: 60, perSecond: 5 },
  ]);
});
