/** When a message of the handshake is sent again: from the round trip, twice as long each time, and a bounded number of times. */

/** Where the round trip is unknown, and the least where it is known. */
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 1_000;
const SENDS_MAX = 30;

export interface Retry {
  readonly at: number;
  readonly waitMs: number;
  readonly sends: number;
}

export function firstRetry(now: number, rttMs: number | null): Retry {
  const waitMs = Math.min(RETRY_MAX_MS, Math.max(RETRY_MIN_MS, 2 * (rttMs ?? 0)));
  return { at: now + waitMs, waitMs, sends: 1 };
}

export function nextRetry(now: number, { waitMs, sends }: Retry): Retry {
  const next = Math.min(RETRY_MAX_MS, 2 * waitMs);
  return { at: sends + 1 < SENDS_MAX ? now + next : Number.POSITIVE_INFINITY, waitMs: next, sends: sends + 1 };
}
