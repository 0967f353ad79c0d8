/** Which valid pair the controlling side nominates, and when (RFC 8445 §8.1.1 leaves both to the agent). */
import type { Pair } from './pair.ts';

export type NominationChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'now'; readonly pair: Pair };

/** Scheduling and queueing: what a better pair's answer may be late by, after the round trip that the valid one took. */
const GRACE_MS = 5;
const MAX_GRACE_MS = 100;
/** A relayed path works soon and costs for ever: a direct one gets the time for some lost checks. */
const RELAYED_GRACE_MS = 1000;

/** @param pairs the highest priority first. */
export function chooseNomination(pairs: readonly Pair[], now: number): NominationChoice {
  if (pairs.some(({ nomination }) => nomination === 'asking')) return { kind: 'none' };
  const best = pairs.find(({ state }) => state === 'succeeded');
  if (!best) return { kind: 'none' };
  const rivals = pairs.slice(0, pairs.indexOf(best)).filter(({ state }) => state !== 'failed');
  const validSince = Math.min(...pairs.map(({ validAt }) => validAt ?? Number.POSITIVE_INFINITY));
  const until = validSince + graceMs(best, rivals, validSince);
  return rivals.length === 0 || now >= until ? { kind: 'now', pair: best } : { kind: 'wait', until };
}

/** A better pair was mostly checked first, and then has had its round trip already. */
function graceMs({ local, remote, rttMs }: Pair, rivals: readonly Pair[], validSince: number): number {
  if (local.type === 'relay' || remote.type === 'relay') return RELAYED_GRACE_MS;
  const answeredBy = rivals.map(({ checkedAt }) => (checkedAt ?? Number.NEGATIVE_INFINITY) + (rttMs ?? 0));
  return Math.min(MAX_GRACE_MS, GRACE_MS + Math.max(0, ...answeredBy.map((at) => at - validSince)));
}
