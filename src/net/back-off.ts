/** How soon something may be done again that others can make necessary as often as they like. */

export interface BackOff {
  /** Returns how many ms after `now` it may be done, and counts it as done then. */
  readonly next: (now: number) => number;
}

/**
 * @param gapsMs the least time from the first to the second, from the second to the third, and so on; the last gap repeats.
 * @param settledMs the time without any after which it counts as the first again; longer than any gap.
 */
export function createBackOff(gapsMs: readonly number[], settledMs: number): BackOff {
  let doneAt = Number.NEGATIVE_INFINITY;
  let count = 0;
  return {
    next: (now) => {
      if (now - doneAt >= settledMs) count = 0;
      const gapMs = count === 0 ? 0 : (gapsMs[Math.min(count, gapsMs.length) - 1] ?? 0);
      count++;
      doneAt = Math.max(now, doneAt + gapMs);
      return doneAt - now;
    },
  };
}
