/** What one of several workers may have of what the whole server may have, so that there is no more of it in all. */
import { DEFAULT_RELAY_LIMITS, type RelayLimits } from '../turn/decisions/limits.ts';
import type { RelayServerOptions } from '../turn/options.ts';

/**
 * Divides what all users have together. What one user, one source or one allocation has is counted by each worker for
 * itself: a source is spread over the workers by its ports, and any fixed share of so little would refuse it at random.
 */
export function relayShare(relay: RelayServerOptions, workers: number): RelayServerOptions {
  const { allocations, bytesPerSecondInAll, connections }: RelayLimits = { ...DEFAULT_RELAY_LIMITS, ...relay.limits };
  return {
    ...relay,
    limits: {
      ...relay.limits,
      allocations: Math.ceil(allocations / workers),
      bytesPerSecondInAll: bytesPerSecondInAll / workers,
      connections: Math.ceil(connections / workers),
    },
  };
}

/** Divides a rate limit; `leastBurst` is what one client needs at once. */
export function rateShare(
  { burst, perSecond, leastBurst }: { readonly burst: number; readonly perSecond: number; readonly leastBurst: number },
  workers: number,
): { readonly burst: number; readonly perSecond: number } {
  return { burst: Math.max(leastBurst, Math.ceil(burst / workers)), perSecond: perSecond / workers };
}
