/** A token bucket for each source (source.ts); its defaults bound the redirected replies that one source may cause. */
import { createHmac } from 'node:crypto';
import { createBuckets, SLOTS } from './bucket.ts';
import { sourceOf } from './source.ts';

/**
 * A detection asks for up to 60 redirected replies within two seconds, and several clients may share one address behind
 * a CGNAT: this lets five at once through, and then almost one more each second. A forged source can direct at most 50
 * packets, about 3 kB, a second at its victim.
 */
export const REDIRECTED_BURST = 300;
export const REDIRECTED_PER_SECOND = 50;

export interface RateLimitOptions {
  /** A random secret, so that nobody can tell which sources share a slot. */
  readonly key: Uint8Array;
  readonly burst?: number;
  readonly perSecond?: number;
  readonly slots?: number;
}

/** Takes a token of the source's bucket, `now` being in ms of any one monotonic clock; false when there is none. */
export type RateLimit = (now: number, sourceAddress: string) => boolean;

/**
 * Keeps a bucket, full at the start, for each IPv4 address or IPv6 /64 (source.ts). Under a flood from n forged
 * addresses an honest client shares a slot with probability n / SLOTS, and nobody can bring that about, since the key
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
