/** A token bucket for each source (source.ts); as it comes, how many redirected replies one source may cause. */
import { createHmac } from 'node:crypto';
import { createBuckets, SLOTS } from './bucket.ts';
import { sourceOf } from './source.ts';

/**
 * A detection asks for up to 60 redirected replies within two seconds, and several clients may share one address behind
 * a CGNAT: five at once, and then almost one more each second. What a forged source can direct at its victim is thereby
 * at most 50 packets, about 3 kB, a second.
 */
export const REDIRECTED_BURST = 300;
export const REDIRECTED_PER_SECOND = 50;

export interface RateLimitOptions {
  /** Secret and random, so that nobody can tell which sources share a slot. */
  readonly key: Uint8Array;
  readonly burst?: number;
  readonly perSecond?: number;
  readonly slots?: number;
}

/** Takes a token of the source's bucket, `now` being in ms of any one monotonic clock; false when there is none. */
export type RateLimit = (now: number, sourceAddress: string) => boolean;

/**
 * Buckets are full at the start. One is kept for an IPv4 address, or for an IPv6 /64 (source.ts). Under a flood from n
 * forged addresses an honest client shares a slot with a chance of n / SLOTS, and with none of them on purpose, as the key
 * is secret.
 */
export function createRateLimit({
  key,
  burst = REDIRECTED_BURST,
  perSecond = REDIRECTED_PER_SECOND,
  slots = SLOTS,
}: RateLimitOptions): RateLimit {
  const take = createBuckets({ burst, perSecond, slots });
  return (now, sourceAddress) =>
    take(now, createHmac('sha256', key).update(sourceOf(sourceAddress)).digest().readUInt32BE() % slots);
}
