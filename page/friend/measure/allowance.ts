/** How much a stranger may say: some at once, and then so many per second. */

export interface Allowance {
  /** Returns whether one more is allowed at this time, in ms of any one monotonic clock, and counts it if so. */
  readonly take: (now: number) => boolean;
}

export function createAllowance({
  atOnce,
  perSecond,
}: {
  readonly atOnce: number;
  readonly perSecond: number;
}): Allowance {
  let left = atOnce;
  let at = Number.NEGATIVE_INFINITY;
  return {
    take: (now) => {
      left = Math.min(atOnce, left + ((now - Math.min(at, now)) / 1000) * perSecond);
      at = now;
      if (left < 1) return false;
      left--;
      return true;
    },
  };
}
