/** Bounds the replies to plain requests that one network may cause, which a forged source can direct at its victim. */
import { createBuckets, SLOTS } from './bucket.ts';
import type { RateLimit } from './per-source.ts';
import { prefixHash } from './prefix.ts';

/**
 * The 12,000 peers that the rendezvous has room for (rendezvous/decisions/limits.ts) make 800 requests a second when
 * each keeps its mapping alive with one every 15 s (RFC 8445 §11); and a detection takes some 25 requests, so that
 * there may be 80 new ones every second, or 400 at once. All of that behind one carrier's /24 stays below this limit.
 * The most that a victim gets is 2,000 × 84 bytes with their IP and UDP headers, 1.3 Mbit/s, for its whole /24.
 */
export const PLAIN_PER_SECOND = 2_000;
export const PLAIN_BURST = 10_000;

/** Keeps a bucket for each IPv4 /24 or IPv6 /48 (prefix.ts); this host itself has no limit. */
export function createPlainLimit({
  seed,
  burst = PLAIN_BURST,
  perSecond = PLAIN_PER_SECOND,
  slots = SLOTS,
}: {
  /** 32 random bits that nobody outside knows. */
  readonly seed: number;
  readonly burst?: number;
  readonly perSecond?: number;
  readonly slots?: number;
}): RateLimit {
  const take = createBuckets({ burst, perSecond, slots });
  return (now, address) => isLoopback(address) || take(now, prefixHash(address, seed) % slots);
}

/**
 * Whether the address is loopback (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3): hosts drop packets from outside that claim to
 * be.
 */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
