/** When an agent has failed, and why. */
import { type AgentState, close, emit } from './agent-state.ts';
import { MAX_SEND_FAILURES, type Pair } from './checklist/pair.ts';
import type { FailureReason } from './event.ts';

/** Fails an agent that has selected no pair, when its time is over or it can no longer succeed. */
export function failWhenOver(now: number, state: AgentState): void {
  if (state.selected || (now < state.deadline && !isHopeless(state))) return;
  emit(now, state, { kind: 'failed', reason: whyFailed(state) });
  close(state);
}

function whyFailed({ localCandidates, checklist }: AgentState): FailureReason {
  const pairs = checklist.pairs();
  if (localCandidates.bases().length === 0) return 'no-local-candidates';
  if (pairs.length === 0) return 'no-remote-candidates';
  if (pairs.some(({ state }) => state === 'succeeded')) return 'not-nominated';
  if (pairs.every(isRefusedBySystem)) return 'send-refused';
  return pairs.some(({ errorCode }) => errorCode !== null) ? 'refused-by-peer' : 'no-answer';
}

/**
 * Whether the agent can no longer succeed although it has time left. Silence is not enough: a peer whose NAT was not open
 * yet may still send a check, from an endpoint that was never signalled (RFC 8863 §4).
 */
function isHopeless({ localCandidates, checklist, ended }: AgentState): boolean {
  if (!ended.local) return false;
  if (localCandidates.bases().length === 0) return true;
  const pairs = checklist.pairs();
  const isOver = (pair: Pair): boolean =>
    pair.state === 'failed' && (isRefusedBySystem(pair) || pair.errorCode !== null);
  return ended.remote && pairs.length > 0 && pairs.every(isOver);
}

function isRefusedBySystem({ sendFailures }: Pair): boolean {
  return sendFailures >= MAX_SEND_FAILURES;
}
