/**
 * How fast checks go out and how often one is sent again.
 *
 * RFC 8445 §14.3 starts with 500 ms, made for checks that a path loses by accident. The first check toward a NAT is
 * dropped by design, until the peer's check has opened that NAT, so it is sent again soon. Every send waits for its slot of
 * Ta, so that the rate on the wire stays that of RFC 8445 §14.2.
 */

/** The default gap between two checks of an agent, whatever the pair (RFC 8445 §14.2). */
export const TA_MS = 50;
/** The smallest Ta that RFC 8445 §14.2 allows; right for a punch, whose checklist is a handful of pairs. */
export const MIN_TA_MS = 5;

/** How often a check is sent: Rc of RFC 8489 §6.2.1. A triggered check is a new one, sent as often (RFC 8445 §7.3.1.4). */
export const MAX_SENDS = 7;
/**
 * The gaps between the sends of a check to an endpoint from which nothing has been heard: five sends while two agents that
 * start together open both NATs, one for a link that has stalled, and one 2 s after the first. An agent that starts later
 * than that finds the other's NAT open, and its check triggers a new one.
 */
const SILENT_GAPS_MS = [10, 15, 25, 50, 200, 1_700] as const;

/** The first gap where the peer has been heard or has answered. */
const FIRST_GAP_MS = 10;
/** Gaps grow less than the twofold of RFC 8489 §6.2.1: at 20 % loss on each link this halves a punch's 99th percentile. */
const GROWTH = 1.5;
/** The RTO of RFC 8445 §14.3: once the peer was heard, no check is sent again later than that. */
const MAX_GAP_MS = 500;
/** Where the gaps of a triggered check begin, at 51 ms: the peer's checks trigger others meanwhile. */
export const TRIGGERED_GAPS = 4;
/** What scheduling and queueing take on a path without latency. */
const SLACK_MS = 5;

/** How often a nomination is sent on a path that has answered: at 28 % loss each way all are lost once in 10⁷. */
export const MAX_NOMINATION_SENDS = 24;

/**
 * How long after the n-th send in a row (1 is the first) to send again.
 *
 * @param options.isSilent whether nothing has been heard from that endpoint.
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
