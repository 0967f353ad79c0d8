/** When an agent has failed, and why. */

import type { LocalCandidates } from './candidates/local-candidates.ts';
import type { Pair } from './checklist/pair.ts';
import type { FailureReason } from './event.ts';

/** Sends that the system must refuse before a pair is given up: one may be a full buffer. */
export const MAX_REFUSALS = 3;

/** The reason of an agent whose time is over. */
export function whyFailed(locals: LocalCandidates, pairs: readonly Pair[]): FailureReason {
  if (locals.bases().length === 0) return 'no-local-candidates';
  if (pairs.length === 0) return 'no-remote-candidates';
  if (pairs.some(({ state }) => state === 'succeeded')) return 'not-nominated';
  if (pairs.every(({ refusals }) => refusals >= MAX_REFUSALS)) return 'send-refused';
  return pairs.some(({ errorCode }) => errorCode !== null) ? 'refused-by-peer' : 'no-answer';
}

/**
 * Whether nothing can come of it any more although there is time left. Silence is not enough: a peer that was not open
 * yet may still come by itself, from an endpoint that nobody told of (RFC 8863 §4).
 */
export function isHopeless(
  locals: LocalCandidates,
  pairs: readonly Pair[],
  ended: { readonly locals: boolean; readonly remotes: boolean },
): boolean {
  if (!ended.locals) return false;
  if (locals.bases().length === 0) return true;
  const isFinal = ({ state, refusals, errorCode }: Pair): boolean =>
    state === 'failed' && (refusals >= MAX_REFUSALS || errorCode !== null);
  return ended.remotes && pairs.length > 0 && pairs.every(isFinal);
}
