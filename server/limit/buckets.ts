/**
 * A fixed table of token buckets by GCRA (ITU-T I.371, annex A): the state of each is one number, its theoretical arrival
 * time, so that the table is all the memory there is, whoever floods it.
 */

/** 512 KiB of numbers. Two sources that fall on one slot share a bucket. */
export const SLOTS = 65_536;

export interface BucketOptions {
  /** What a full bucket holds. */
  readonly burst: number;
  readonly perSecond: number;
  readonly slots?: number | undefined;
}

/** Takes a token of the slot's bucket at `nowMs` of any one monotonic clock; false when there is none. */
export type Buckets = (slot: number, nowMs: number) => boolean;

/** Buckets are full at the start. */
export function createBuckets({ burst, perSecond, slots = SLOTS }: BucketOptions): Buckets {
  const intervalMs = 1000 / perSecond;
  const toleranceMs = (burst - 1) * intervalMs;
  const theoreticalArrivalMs = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
  return (slot, nowMs) => {
    const expectedMs = Math.max(theoreticalArrivalMs[slot] ?? nowMs, nowMs);
    if (expectedMs - nowMs > toleranceMs) return false;
    theoreticalArrivalMs[slot] = expectedMs + intervalMs;
    return true;
  };
}
