/**
 * How fast checks go out and how often one is sent again.
 *
 * RFC 8445 §14.3 starts with 500 ms, made for checks that a path loses by accident. The first check toward a NAT is
 * dropped by design, until the peer's own check has opened it; so it is sent again soon. Each send is paced by Ta, so that
 * the rate on the wire stays the one of RFC 8445 §14.2.
 */

/** The default gap between two checks of an agent, whatever the pair (RFC 8445 §14.2). */
export const TA_MS = 50;
/** The smallest Ta that RFC 8445 §14.2 allows; right for a punch, whose checklist is a handful of pairs. */
export const MIN_TA_MS = 5;

/** Rc of RFC 8489 §6.2.1. A check that the peer's own triggers is a new one, of as many sends (RFC 8445 §7.3.1.4). */
export const MAX_SENDS = 7;
/**
 * Between the sends of a check to an endpoint of which nothing has been heard: five while two agents that start together
 * open both NATs, one for a link that has stalled, and one 2 s after the first. Whoever starts later than that finds the NAT
 * of the other open, and its check triggers a new one.
 */
const SILENT_GAPS_MS = [10, 15, 25, 50, 200, 1_700] as const;

/** The first gap where the peer has been heard, or has answered. */
const FIRST_GAP_MS = 10;
/** Gentler than the 2 of RFC 8489 §6.2.1: at 20 % loss on each link it halves the 99th percentile of a punch. */
const GROWTH = 1.5;
/** RTO of RFC 8445 §14.3: no check is sent again more slowly than that once the peer was heard. */
const MAX_GAP_MS = 500;
/** Where the gaps of a triggered check begin, at 51 ms: the peer's checks trigger others meanwhile. */
export const TRIGGERED_GAPS = 4;
/** Scheduling and queueing on a path with no latency of its own. */
const SLACK_MS = 5;

/** On a path that has answered before: at 10 % loss each way chance alone takes them all once in 10⁸. */
export const MAX_NOMINATION_SENDS = 12;

/**
 * How long after the n-th send in a row (1 is the first) to send again.
 *
 * @param options.isSilent nothing has been heard from there.
 * @param options.rttMs null while no path to the peer has answered; no check is sent again before its answer can be there.
 */
export function resendGapMs(
  nth: number,
  { isSilent, rttMs }: { readonly isSilent: boolean; readonly rttMs: number | null },
): number {
  const leastMs = rttMs === null ? FIRST_GAP_MS : Math.max(FIRST_GAP_MS, SLACK_MS + 1.5 * rttMs);
  if (isSilent) return Math.max(leastMs, SILENT_GAPS_MS[nth - 1] ?? MAX_GAP_MS);
  return Math.min(Math.max(MAX_GAP_MS, leastMs), leastMs * GROWTH ** (nth - 1));
}
