/**
 * Which pair the controlling side nominates, and when (RFC 8445 §8.1.1 leaves both to the agent).
 *
 * As a rule it nominates a valid pair. But where a check of the peer has come on a pair, and every better pair was tried
 * without an answer, the check that it triggers already carries USE-CANDIDATE, which saves half a round trip. The peer
 * takes it as it takes any nomination that overtakes its check (RFC 8445 §7.3.1.5): it counts once that check has succeeded.
 */
import type { AgentState } from '../agent-state.ts';
import { resendGapMs } from '../checklist/pace.ts';
import { isRelayed, type Pair } from '../checklist/pair.ts';
import { isFinal } from './selection.ts';

type Choice =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'now'; readonly pair: Pair };

/** How late a better pair's answer may be, for scheduling and queueing, beyond the round trip of the valid pair. */
const GRACE_MS = 5;
const MAX_GRACE_MS = 100;
/** A relayed path works soon but costs for as long as it lasts, so a direct one gets the time for some lost checks. */
export const RELAY_GRACE_MS = 600;
/**
 * A pair of two relays carries everything through both. It gets permissions first, since both know the other's address; a pair
 * with one relay gets the time for the five sends of a check that goes out before its permission is there.
 */
const ONE_RELAY_GRACE_MS = 100;

/** After so many sends a better pair would have answered if its path were as short. */
const TRIED_SENDS = 2;

/** No nomination waits longer to be sent again, unless its round trip is longer. */
const MAX_GAP_MS = 200;

/**
 * How long after the n-th send of a nomination (1 is the first) on a valid pair to send it again. The pair has just
 * answered, so the RTO of RFC 8445 §14.3 is not needed; and until the answer comes, the peer alone has a selected pair.
 */
export function nominationGapMs(nth: number, rttMs: number | null): number {
  const leastMs = resendGapMs(1, { isSilent: false, rttMs });
  return Math.min(resendGapMs(nth, { isSilent: false, rttMs }), Math.max(MAX_GAP_MS, leastMs));
}

/** Nominates a pair when it is time to; returns when that will be, Infinity while there is nothing to wait for. */
export function nominate(now: number, state: AgentState): number {
  const { role, selected, checklist, config } = state;
  if (role === 'controlled' || isFinal(state)) return Number.POSITIVE_INFINITY;
  const pairs = selected ? checklist.pairs().filter((pair) => !isRelayed(pair)) : checklist.pairs();
  const choice = choose(now, pairs, config.relayGraceMs);
  if (choice.kind === 'now') ask(now, state, choice.pair);
  return choice.kind === 'wait' ? choice.until : Number.POSITIVE_INFINITY;
}

/** Nominates a pair although one is selected: the peer is found there now, or sees this side at another endpoint. */
export function renominate(now: number, state: AgentState, pair: Pair): void {
  // One that another pair's selection has ended is still open for a late answer, and no longer sent.
  const isUnderWay = pair.nomination === 'asking' && (state.triggered.has(pair) || Number.isFinite(pair.dueAt));
  if (isUnderWay) return;
  if (pair.state !== 'succeeded') pair.state = 'waiting';
  ask(now, state, pair);
}

function ask(now: number, { triggered }: AgentState, pair: Pair): void {
  Object.assign(pair, { nomination: 'asking', sends: 0, gaps: 0, dueAt: now });
  triggered.add(pair);
}

/** @param pairs those that may be nominated, the highest priority first. */
function choose(now: number, pairs: readonly Pair[], relayGraceMs: number): Choice {
  if (pairs.some(({ nomination, state }) => nomination === 'asking' && state === 'succeeded')) return { kind: 'none' };
  const best = pairs.find(({ state }) => state === 'succeeded');
  if (!best) return onTrigger(pairs);
  const rivals = pairs.slice(0, pairs.indexOf(best)).filter(({ state }) => state !== 'failed');
  const validSince = Math.min(...pairs.map(({ validAt }) => validAt ?? Number.POSITIVE_INFINITY));
  const until =
    validSince + (isRelayed(best) ? relayedGraceMs(best, rivals, relayGraceMs) : graceMs(best, rivals, validSince));
  return rivals.length === 0 || now >= until ? { kind: 'now', pair: best } : { kind: 'wait', until };
}

function onTrigger(pairs: readonly Pair[]): Choice {
  const heard = pairs.find(({ isHeard, state }) => isHeard && state !== 'failed');
  if (heard?.nomination !== 'none' || isRelayed(heard)) return { kind: 'none' };
  const better = pairs.slice(0, pairs.indexOf(heard)).filter(({ state }) => state !== 'failed');
  return better.every(({ sends }) => sends >= TRIED_SENDS) ? { kind: 'now', pair: heard } : { kind: 'none' };
}

function relayedGraceMs(best: Pair, rivals: readonly Pair[], relayGraceMs: number): number {
  const { local, remote } = best;
  const isTwice = local.type === 'relay' && remote.type === 'relay';
  return isTwice && rivals.some(isRelayed) ? Math.max(relayGraceMs, ONE_RELAY_GRACE_MS) : relayGraceMs;
}

/** How long the valid pair waits for its rivals: one that was checked first has had most of its round trip already. */
function graceMs({ rttMs }: Pair, rivals: readonly Pair[], validSince: number): number {
  const answeredBy = rivals.map(({ checkedAt }) => (checkedAt ?? Number.NEGATIVE_INFINITY) + (rttMs ?? 0));
  return Math.min(MAX_GRACE_MS, GRACE_MS + Math.max(0, ...answeredBy.map((at) => at - validSince)));
}
