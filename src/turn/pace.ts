/** Every time of a TURN client, and how they belong together (RFC 8489 §6.2, RFC 8656 §3.2, §8, §9, §12). */

/** The first gap over UDP; each later one is twice as long. RFC 8489 §6.2.1 starts at 500 ms: for a punch that is late. */
export const RTO_INITIAL_MS = 200;
/** Rc of RFC 8489 §6.2.1, there 7: sends at 0, 200, 600, 1,400, 3,000 and 6,200 ms. */
export const SENDS_MAX = 6;
/** Rm of RFC 8489 §6.2.1: how many RTOs the last send is given. */
export const LAST_WAIT_RTOS = 16;
/** Over TCP and TLS nothing is sent again (RFC 8489 §6.2.2); an answer has as long as it has over UDP in all. */
export const STREAM_TIMEOUT_MS = RTO_INITIAL_MS * (2 ** (SENDS_MAX - 1) - 1 + LAST_WAIT_RTOS);
/** How long an authentic answer may follow an error that has no integrity: some servers never sign errors. */
export const UNSIGNED_ERROR_GRACE_MS = 500;

/** Of an allocation, when the server does not say (RFC 8656 §3.2). */
export const DEFAULT_LIFETIME_MS = 600_000;
/** A longer one is refreshed as if it were this: a day, which a 32-bit timer of milliseconds can hold. */
export const LIFETIME_MAX_MS = 86_400_000;
/** RFC 8656 §9. */
export const PERMISSION_LIFETIME_MS = 300_000;
/** RFC 8656 §12. */
export const CHANNEL_LIFETIME_MS = 600_000;
/** A refresh goes out that long before the end (RFC 8656 §8), or at half of a time that is shorter than two of it. */
const REFRESH_MARGIN_MS = 60_000;
/** After a server error (5xx) to a refresh (RFC 8489 §6.3.4). */
export const REFRESH_RETRY_MS = 5_000;

/** How long the server may take to confirm the end of an allocation. */
export const CLOSE_TIMEOUT_MS = 1_000;

/** After how much of its life something is refreshed. */
export function refreshAfterMs(lifetimeMs: number): number {
  return Math.max(lifetimeMs - REFRESH_MARGIN_MS, lifetimeMs / 2);
}
