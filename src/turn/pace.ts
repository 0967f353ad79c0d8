/** Every time of a TURN client, and how they belong together (RFC 8489 §6.2, RFC 8656 §3.2, §8, §9, §12). */
import type { RetransmissionSchedule } from '../stun/transaction.ts';
import type { Lease } from './state.ts';

/** RFC 8489 §6.2.1 starts at 500 ms: for a punch that is late. */
const RTO_INITIAL_MS = 200;

/** Over UDP: sends at 0, 200, 600, 1,400, 3,000 and 6,200 ms, given up at 9,400 ms. Rc is 6 and Rm 16 (RFC 8489 §6.2.1). */
export const DATAGRAM_SCHEDULE: RetransmissionSchedule = {
  rtoMs: RTO_INITIAL_MS,
  factor: 2,
  sends: 6,
  lastWaitMs: 16 * RTO_INITIAL_MS,
};

/** Over TCP and TLS nothing is sent again (RFC 8489 §6.2.2); a response has as long as it has over UDP in all. */
export const STREAM_SCHEDULE: RetransmissionSchedule = {
  rtoMs: 0,
  factor: 1,
  sends: 1,
  lastWaitMs: RTO_INITIAL_MS * (2 ** (DATAGRAM_SCHEDULE.sends - 1) - 1) + DATAGRAM_SCHEDULE.lastWaitMs,
};

/** How long an authentic response may follow an error that has no integrity: some servers never sign errors. */
export const UNSIGNED_ERROR_GRACE_MS = 500;

/** The lifetime of an allocation when the server does not say (RFC 8656 §3.2). */
export const DEFAULT_LIFETIME_MS = 600_000;
/** A longer lifetime is refreshed as if it were this: a day, which a 32-bit timer of milliseconds can hold. */
export const LIFETIME_MAX_MS = 86_400_000;
/** RFC 8656 §9. */
export const PERMISSION_LIFETIME_MS = 300_000;
/** RFC 8656 §12. */
export const CHANNEL_LIFETIME_MS = 600_000;
/** A refresh goes out that long before the end (RFC 8656 §8), or at half of a lifetime that is shorter than two of it. */
const REFRESH_MARGIN_MS = 60_000;
/** How long after a server error (5xx) a refresh is tried again (RFC 8489 §6.3.4). */
export const REFRESH_RETRY_MS = 5_000;

/** How long the server may take to confirm the end of an allocation. */
export const CLOSE_TIMEOUT_MS = 1_000;

/** Counts from the request, since the server began to count before its response was here. */
export function leaseFrom(askedAt: number, lifetimeMs: number): Lease {
  const refreshAfterMs = Math.max(lifetimeMs - REFRESH_MARGIN_MS, lifetimeMs / 2);
  return { refreshAt: askedAt + refreshAfterMs, expiresAt: askedAt + lifetimeMs };
}

/** The lease of what the server has not granted yet. */
export const NO_LEASE: Readonly<Lease> = { refreshAt: Number.POSITIVE_INFINITY, expiresAt: Number.POSITIVE_INFINITY };
