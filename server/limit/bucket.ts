/**
 * Token buckets by GCRA (ITU-T I.371, annex A). All the state of one is a number, the theoretical arrival time of the next
 * token; a fixed table of them is all the memory there is, whoever floods it.
 */

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

/** 512 KiB of numbers. Two sources that fall on one slot share a bucket. */
export const SLOTS = 65_536;

export interface BucketOptions {
  /** What a full bucket holds. */
  readonly burst: number;
  readonly perSecond: number;
  readonly slots?: number | undefined;
}

/** Takes a token of the slot's bucket, `now` being in ms of any one monotonic clock; false when there is none. */
export type Buckets = (now: number, slot: number) => boolean;

/** Buckets are full at the start. */
export function createBuckets({ burst, perSecond, slots = SLOTS }: BucketOptions): Buckets {
  const rate = { burst, intervalMs: 1000 / perSecond };
  const arrivalMs = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
  return (now, slot) => {
    const next = take(now, arrivalMs[slot] ?? now, rate);
    if (next === null) return false;
    arrivalMs[slot] = next;
    return true;
  };
}
