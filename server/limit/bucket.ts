/** A token bucket by GCRA (ITU-T I.371, annex A). All its state is one number, the theoretical arrival time of the next. */

export interface Rate {
  /** Tokens of a full bucket. */
  readonly burst: number;
  /** Until one more is there. */
  readonly intervalMs: number;
}

/** The state after a token was taken at `now`, or null when there was none. A bucket begins with `now`: it is full. */
export function take(now: number, arrivalMs: number, rate: Rate): number | null {
  return waitMs(now, arrivalMs, rate) > 0 ? null : Math.max(arrivalMs, now) + rate.intervalMs;
}

/** How long until there is a token; 0 when there is one. */
export function waitMs(now: number, arrivalMs: number, { burst, intervalMs }: Rate): number {
  return Math.max(0, arrivalMs - now - (burst - 1) * intervalMs);
}
