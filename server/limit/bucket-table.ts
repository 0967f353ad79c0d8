/** A fixed table of token buckets (bucket.ts), which is all the memory there is, whoever floods it. */
import { take } from './bucket.ts';

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
