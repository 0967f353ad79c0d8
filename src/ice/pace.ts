/**
 * How fast checks go out and how often one is sent again.
 *
 * RFC 8445 §14.3 starts with 500 ms, made for checks that a path loses by accident. The first check toward a NAT is
 * dropped by design, until the peer's own check has opened it; so it is sent again soon, ever more slowly, a bounded
 * number of times. Each send is paced by Ta, so that the rate on the wire stays the one of RFC 8445 §14.2.
 */

/** The default gap between two checks of an agent, whatever the pair (RFC 8445 §14.2). */
export const TA_MS = 50;
/** The smallest Ta that RFC 8445 §14.2 allows; right for a punch, whose checklist is a handful of pairs. */
export const MIN_TA_MS = 5;

const FIRST_GAP_MS = 10;
/** Gentler than the 2 of RFC 8489 §6.2.1: at 20 % loss on each link it halves the 99th percentile of a punch. */
const GROWTH = 1.5;
/** RTO of RFC 8445 §14.3: no check is sent again more slowly than that. */
const MAX_GAP_MS = 500;
/** Scheduling and queueing on a path with no latency of its own. */
const SLACK_MS = 5;

/** 1.1 s of growing gaps, then one every MAX_GAP_MS: about 8 s, beyond any skew of two agents that start together. */
export const MAX_SENDS = 24;
/** On a path that has answered before: at 10 % loss each way chance alone takes them all once in 10⁸. */
export const MAX_NOMINATION_SENDS = 12;

/** How long after the n-th send (1 is the first) to send again; `rttMs` is null while no path to the peer has answered. */
export function resendGapMs(sends: number, rttMs: number | null): number {
  const first = rttMs === null ? FIRST_GAP_MS : Math.max(FIRST_GAP_MS, SLACK_MS + 1.5 * rttMs);
  return Math.min(Math.max(MAX_GAP_MS, first), first * GROWTH ** (sends - 1));
}
