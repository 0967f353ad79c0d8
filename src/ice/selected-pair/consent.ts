/** The peer's consent to receive data: how long it lasts, when to ask again, and when to doubt it (RFC 7675 §5.1). */

/** The period, multiplied each time by a factor from 0.8 to 1.2 (RFC 7675 §5.1); it keeps NAT mappings alive as well. */
const PERIOD_MS = 5000;
const MIN_FACTOR = 0.8;
const FACTOR_RANGE = 0.4;
/** How long consent lasts after the last answer (RFC 7675 §5.1). */
export const CONSENT_LIFETIME_MS = 30_000;
/**
 * Right after the selection the peer may still lack an answer, or its NAT may not be open yet. These gaps come before the
 * first period, until both directions have been seen to work.
 */
const SETTLE_GAPS_MS = [20, 40, 80, 160] as const;
/**
 * RFC 7675 §5.1 sends a consent check once and the next one 4 s later at least, so that it takes three periods to tell a
 * dead peer from a lost packet. So when one stays out for as long as an answer may take, an ordinary connectivity check
 * goes out on the pair (RFC 8445 §7.2.4, with the least RTO of §14.3), and again, each as a new transaction, until one
 * is answered: with the consent check no more than the seven sends of a STUN request (RFC 8489 §6.2.1) in a period.
 */
const RTO_MIN_MS = 500;
const RTO_RTTS = 2;
const MAX_ASKS = 7;
/**
 * The path is doubtful when the peer has not answered for so long, and three checks have had their time: at 10 % loss each
 * way three are lost by chance in 0.7 % of the periods. Since a check is due 4 to 6 s after the one before, that is 5 to
 * 7.5 s after the last answer. Only answers count: a check of the peer does not show that the peer hears this agent.
 */
const DOUBT_AFTER_MS = 5000;
const DOUBT_ASKS = 3;

/** How consent on the selected pair stands. */
export interface Consent {
  readonly rttMs: number;
  readonly rtoMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How many consent checks proper have gone out: the index of the next settling gap. */
  settling: number;
  answeredAt: number;
  /** Whether the peer has answered a consent check. */
  isConfirmed: boolean;
  /** Whether a check of the peer came on the pair since its selection. */
  isHeard: boolean;
  /** When the next consent check proper is due. */
  periodAt: number;
  /** Checks that went out in this period. */
  asks: number;
  /** When the first check went out that nothing was answered since; null when none is out. */
  unansweredSince: number | null;
  /** When another check goes out if the last one is not answered. */
  againAt: number;
}

/** Starts with consent given at `now`, when the pair was selected. @param options.random uniform in [0, 1). */
export function createConsent(
  now: number,
  { rttMs, random }: { readonly rttMs: number; readonly random: () => number },
): Consent {
  const consent: Consent = {
    rttMs,
    rtoMs: Math.max(RTO_MIN_MS, RTO_RTTS * rttMs),
    random,
    settling: 0,
    answeredAt: now,
    isConfirmed: false,
    isHeard: false,
    periodAt: now,
    asks: 0,
    unansweredSince: null,
    againAt: Number.POSITIVE_INFINITY,
  };
  consent.periodAt += gapMs(consent);
  return consent;
}

/** When the next check goes out. */
export function consentDueAt({ periodAt, againAt }: Consent): number {
  return Math.min(periodAt, againAt);
}

/** When the path becomes doubtful unless an answer comes; Infinity while all checks are answered. */
export function consentDoubtfulAt({ answeredAt, unansweredSince, rtoMs }: Consent): number {
  if (unansweredSince === null) return Number.POSITIVE_INFINITY;
  return Math.max(answeredAt + DOUBT_AFTER_MS, unansweredSince + DOUBT_ASKS * rtoMs);
}

/** When the pair is silent unless an answer comes: a check has then had its time. Infinity while all are answered. */
export function consentSilentAt({ unansweredSince, rtoMs }: Consent): number {
  return unansweredSince === null ? Number.POSITIVE_INFINITY : unansweredSince + rtoMs;
}

export function consentExpiresAt({ answeredAt }: Consent): number {
  return answeredAt + CONSENT_LIFETIME_MS;
}

/** Takes note that a check goes out. */
export function consentAsked(now: number, consent: Consent): void {
  if (now >= consent.periodAt) {
    consent.settling++;
    consent.periodAt = now + gapMs(consent);
    consent.asks = 0;
  }
  consent.asks++;
  consent.unansweredSince ??= now;
  consent.againAt = consent.asks < MAX_ASKS ? now + consent.rtoMs : Number.POSITIVE_INFINITY;
}

/** Takes note that the peer has answered a check. */
export function consentAnswered(now: number, consent: Consent): void {
  consent.answeredAt = now;
  consent.unansweredSince = null;
  consent.againAt = Number.POSITIVE_INFINITY;
  consent.isConfirmed = true;
}

/** Has a check go out at once, unless one is out already or the period has had all of its checks. */
export function consentQuestioned(now: number, consent: Consent): void {
  if (consent.unansweredSince === null && consent.asks < MAX_ASKS) consent.againAt = now;
}

/** Takes note that a check of the peer came. */
export function consentHeard(consent: Consent): void {
  consent.isHeard = true;
}

/** The time until the next consent check proper. */
function gapMs({ settling, isConfirmed, isHeard, rttMs, random }: Consent): number {
  const settleMs = isConfirmed && isHeard ? undefined : SETTLE_GAPS_MS[settling];
  if (settleMs !== undefined) return settleMs + rttMs;
  return PERIOD_MS * (MIN_FACTOR + FACTOR_RANGE * random());
}
