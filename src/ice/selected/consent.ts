/** How long the peer's consent to be sent to lasts, when to ask for it again, and when to doubt it (RFC 7675 §5.1). */

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
/**
 * RFC 7675 §5.1 sends a consent check once and the next one 4 s later at least, so that it takes three periods to tell a
 * dead peer from a lost packet. So when one stays out for as long as an answer may take, an ordinary connectivity check
 * goes out on the pair (RFC 8445 §7.2.2, with its least RTO of §14.3), and again, each a transaction of its own, until one
 * is answered: with the consent check no more than the seven sends of a STUN request (RFC 8489 §6.2.1) in a period.
 */
const RTO_MIN_MS = 500;
const RTO_RTTS = 2;
const MAX_ASKS = 7;
/**
 * The path is doubtful when the peer has not answered for so long, and three checks have had their time: at 10 % loss each
 * way chance alone takes three in 0.7 % of the periods. Since a check is due 4 to 6 s after the one before, that is 5 to
 * 7.5 s after the last answer. Only answers count: what is heard of the peer does not say that it hears this side.
 */
const DOUBT_AFTER_MS = 5000;
const DOUBT_ASKS = 3;

export interface Consent {
  /** When the next check goes out. */
  readonly dueAt: () => number;
  /** From when on the path is doubtful unless an answer comes; Infinity while all is answered. */
  readonly doubtfulAt: () => number;
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
  const rtoMs = Math.max(RTO_MIN_MS, RTO_RTTS * rttMs);
  let settling = 0;
  let answeredAt = startedAt;
  let isConfirmed = false;
  let isHeard = false;
  const gapMs = (): number => {
    const settleMs = isConfirmed && isHeard ? undefined : SETTLE_GAPS_MS[settling];
    if (settleMs !== undefined) return settleMs + rttMs;
    return PERIOD_MS * (MIN_FACTOR + FACTOR_RANGE * random());
  };
  /** When the next consent check proper is due. */
  let periodAt = startedAt + gapMs();
  /** Checks of this period. */
  let asks = 0;
  /** When the first check went out that nothing was answered since; null when none is out. */
  let unansweredSince: number | null = null;
  let againAt = Number.POSITIVE_INFINITY;
  return {
    dueAt: () => Math.min(periodAt, againAt),
    doubtfulAt: () =>
      unansweredSince === null
        ? Number.POSITIVE_INFINITY
        : Math.max(answeredAt + DOUBT_AFTER_MS, unansweredSince + DOUBT_ASKS * rtoMs),
    expiresAt: () => answeredAt + CONSENT_LIFETIME_MS,
    sent: (now) => {
      if (now >= periodAt) {
        settling++;
        periodAt = now + gapMs();
        asks = 0;
      }
      asks++;
      unansweredSince ??= now;
      againAt = asks < MAX_ASKS ? now + rtoMs : Number.POSITIVE_INFINITY;
    },
    confirmed: (now) => {
      answeredAt = now;
      unansweredSince = null;
      againAt = Number.POSITIVE_INFINITY;
      isConfirmed = true;
    },
    heard: () => {
      isHeard = true;
    },
  };
}
