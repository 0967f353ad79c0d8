/** How long the peer's consent to be sent to lasts, and when to ask for it again (RFC 7675 §5.1). */

/** The period, each time by a factor between 0.8 and 1.2 (RFC 7675 §5.1); it keeps NAT mappings alive as well. */
const PERIOD_MS = 5000;
const MIN_FACTOR = 0.8;
const FACTOR_RANGE = 0.4;
/** Since the last answer (RFC 7675 §5.1). */
export const CONSENT_LIFETIME_MS = 30_000;
/**
 * Right after the selection the far side may not be open yet: it still lacks an answer, or its NAT the own packets.
 * These checks come before the first period, until both directions have been seen to work.
 */
const SETTLE_GAPS_MS = [20, 40, 80, 160] as const;

export interface Consent {
  /** When the next check goes out. */
  readonly dueAt: () => number;
  readonly expiresAt: () => number;
  readonly sent: (now: number) => void;
  /** The peer answered one. */
  readonly confirmed: (now: number) => void;
  /** The peer asked. */
  readonly heard: () => void;
}

/** @param options.random uniform in [0, 1). */
export function createConsent(options: {
  readonly now: number;
  readonly rttMs: number;
  readonly random: () => number;
}): Consent {
  const { now: startedAt, rttMs, random } = options;
  let settling = 0;
  let expiresAt = startedAt + CONSENT_LIFETIME_MS;
  let isConfirmed = false;
  let isHeard = false;
  const gapMs = (): number => {
    const settleMs = isConfirmed && isHeard ? undefined : SETTLE_GAPS_MS[settling];
    if (settleMs !== undefined) return settleMs + rttMs;
    return PERIOD_MS * (MIN_FACTOR + FACTOR_RANGE * random());
  };
  let dueAt = startedAt + gapMs();
  return {
    dueAt: () => dueAt,
    expiresAt: () => expiresAt,
    sent: (now) => {
      settling++;
      dueAt = now + gapMs();
    },
    confirmed: (now) => {
      expiresAt = now + CONSENT_LIFETIME_MS;
      isConfirmed = true;
    },
    heard: () => {
      isHeard = true;
    },
  };
}
