/**
 * Token buckets by GCRA (ITU-T I.371, annex A). All the state of one is a number, the theoretical arrival time of the
 * next token; a fixed table of them is all the memory there is, whoever floods it.
 */

export interface Rate {
  /** How many tokens a full bucket holds. */
  readonly burst: number;
  /** How long it takes until there is one more. */
  readonly intervalMs: number;
}

/** Takes a token: the new state, or null when there was none. A bucket that begins with `now` as its state is full. */
export function take(now: number, arrivalMs: number, rate: Rate): number | null {
  return waitMs(now, arrivalMs, rate) > 0 ? null : Math.max(arrivalMs, now) + rate.intervalMs;
}

/** How long it takes until there is a token; 0 when there is one. */
export function waitMs(now: number, arrivalMs: number, { burst, intervalMs }: Rate): number {
  return Math.max(0, arrivalMs - now - (burst - 1) * intervalMs);
}

/** The slots of a table, which are 512 KiB of numbers. Two sources that fall on one slot share a bucket. */
export const SLOTS = 65_536;

export interface BucketOptions {
  /** How many tokens a full bucket holds. */
  readonly burst: number;
  readonly perSecond: number;
  readonly slots?: number | undefined;
}

/** Takes a token of the slot's bucket, `now` being in ms of any one monotonic clock; false when there is none. */
export type Buckets = (now: number, slot: number) => boolean;

/** Creates a table of buckets that are all full. */
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
