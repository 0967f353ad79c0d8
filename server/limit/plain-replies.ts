/** How many replies to plain requests one network may cause: what a forged source can direct at its victim. */

import { createBuckets, SLOTS } from './bucket.ts';
import type { RateLimit } from './per-source.ts';
import { prefixHash } from './prefix.ts';

/**
 * 12,000 peers, all that the rendezvous has room for (rendezvous/limits.ts), are 800 requests a second when each keeps its
 * mapping by one every 15 s, as RFC 8445 §11 has it; and a detection is some 25 requests: 80 new ones every second, or 400
 * at once. All of it behind one carrier's /24 stays below this. A victim gets 2,000 × 84 bytes with their IP and UDP headers,
 * 1.3 Mbit/s, for its whole /24.
 */
export const PLAIN_PER_SECOND = 2_000;
export const PLAIN_BURST = 10_000;

/** One bucket for an IPv4 /24 or an IPv6 /48 (prefix.ts); none for this host itself. */
export function createPlainLimit({
  seed,
  burst = PLAIN_BURST,
  perSecond = PLAIN_PER_SECOND,
  slots = SLOTS,
}: {
  /** 32 random bits, which nobody outside knows. */
  readonly seed: number;
  readonly burst?: number;
  readonly perSecond?: number;
  readonly slots?: number;
}): RateLimit {
  const take = createBuckets({ burst, perSecond, slots });
  return (now, address) => isLoopback(address) || take(now, prefixHash(address, seed) % slots);
}

/** RFC 1122 §3.2.1.3, RFC 4291 §2.5.3: no packet from outside has it, as hosts drop what claims to. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
