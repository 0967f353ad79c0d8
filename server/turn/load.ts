/** How much of what a relay may have it has: 1 is all of it, be it of allocations or of bandwidth. */
import { DIRECTIONS, type TurnCounts } from './decisions/counts.ts';
import type { RelayLimits } from './decisions/limits.ts';

export interface LoadMeter {
  /** To be called again and again: the bandwidth is that between two calls. */
  readonly tick: () => void;
  readonly read: () => number;
}

/** @param now milliseconds of a monotonic clock. */
export function createLoadMeter({
  counts,
  allocations,
  limits,
  now,
}: {
  readonly counts: Pick<TurnCounts, 'relayed' | 'dropped'>;
  readonly allocations: () => number;
  readonly limits: Pick<RelayLimits, 'allocations' | 'bytesPerSecondInAll'>;
  readonly now: () => number;
}): LoadMeter {
  const look = () => ({
    at: now(),
    bytes: DIRECTIONS.map((direction) => counts.relayed[direction].bytes),
    dropped: counts.dropped['total-bandwidth'],
  });
  let [last, bandwidth] = [look(), 0];
  return {
    tick: () => {
      const next = look();
      const bytes = Math.max(...next.bytes.map((sum, index) => sum - (last.bytes[index] ?? 0)));
      const part = (bytes * 1000) / Math.max(1, next.at - last.at) / limits.bytesPerSecondInAll;
      bandwidth = next.dropped > last.dropped ? Math.max(1, part) : part;
      last = next;
    },
    read: () => Math.max(allocations() / limits.allocations, bandwidth),
  };
}
