/** How long the peer's consent to be sent to lasts, when to ask for it again, and when to doubt it (RFC 7675 §5.1). */

/** The period, each time by a factor between 0.8 and 1.2 (RFC 7675 §5.1); it keeps NAT mappings alive as well. */
const PERIOD_MS = 5000;
const MIN_FACTOR = 0.8;
const FACTOR_RANGE = 0.4;
/** Counted from the last answer (RFC 7675 §5.1). */
export const CONSENT_LIFETIME_MS = 30_000;
/**
 * Right after the selection the far side may not be open yet: it still lacks an answer, or its NAT a packet of this side.
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
  readonly rttMs: number;
  readonly rtoMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How many consent checks went out before both directions were seen to work. */
  settling: number;
  answeredAt: number;
  /** Whether the peer has answered a consent check. */
  isConfirmed: boolean;
  /** Whether the peer has checked the pair since its selection. */
  isHeard: boolean;
  /** When the next consent check proper is due. */
  periodAt: number;
  /** Checks that went out in this period. */
  asks: number;
  /** When the first check went out that nothing was answered since; null when none is out. */
  unansweredSince: number | null;
  /** When a check goes out because the last one stays out. */
  againAt: number;
}

/** @param options.random uniform in [0, 1). */
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

/** From when on the path is doubtful unless an answer comes; Infinity while all is answered. */
export function consentDoubtfulAt({ answeredAt, unansweredSince, rtoMs }: Consent): number {
  if (unansweredSince === null) return Number.POSITIVE_INFINITY;
  return Math.max(answeredAt + DOUBT_AFTER_MS, unansweredSince + DOUBT_ASKS * rtoMs);
}

export function consentExpiresAt({ answeredAt }: Consent): number {
  return answeredAt + CONSENT_LIFETIME_MS;
}

/** A check for consent goes out. */
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

/** The peer answered a check. */
export function consentAnswered(now: number, consent: Consent): void {
  consent.answeredAt = now;
  consent.unansweredSince = null;
  consent.againAt = Number.POSITIVE_INFINITY;
  consent.isConfirmed = true;
}

/** The peer sent a check. */
export function consentHeard(consent: Consent): void {
  consent.isHeard = true;
}

/** The time until the next consent check proper. */
function gapMs({ settling, isConfirmed, isHeard, rttMs, random }: Consent): number {
  const settleMs = isConfirmed && isHeard ? undefined : SETTLE_GAPS_MS[settling];
  if (settleMs !== undefined) return settleMs + rttMs;
  return PERIOD_MS * (MIN_FACTOR + FACTOR_RANGE * random());
}
