/** The rules of when to punch: at once when the path is lost, again after growing pauses, and not for longer than is wanted. */
import { ATTEMPT_GAP_MS, ATTEMPT_MAX_MS, COME_BACK_WAIT_MS, RETRY_AFTER_MS } from './pace.ts';
import type { State, UpkeepInput } from './state.ts';

/** Has an attempt begin as soon as one may, unless one is under way. */
export function wantAttempt(now: number, state: State): void {
  state.retryAt = Math.min(state.retryAt, Math.max(now, state.attemptedAt + ATTEMPT_GAP_MS));
}

export function attemptIfDue(now: number, state: State): void {
  if (state.attempt || now < state.retryAt || state.isOver) return;
  const waitMs = state.wasConnected ? COME_BACK_WAIT_MS : Math.max(0, state.heardAt + state.waitMs - now);
  const number = ++state.attempts;
  state.attempt = { number, startedAt: now, by: now + waitMs + ATTEMPT_MAX_MS };
  state.attemptedAt = now;
  state.retryAt = Number.POSITIVE_INFINITY;
  state.outputs.push({ kind: 'connect', attempt: number, waitMs, isAgain: state.wasConnected });
}

export function failed(now: number, state: State, input: Extract<UpkeepInput, { readonly kind: 'failed' }>): void {
  if (input.attempt !== state.attempt?.number) return;
  const { reason, detail } = input;
  state.attempt = null;
  state.lastFailure = { reason, detail };
  // The old path has been heard again meanwhile.
  if (state.path !== null && !state.isLost) return;
  const retryInMs = RETRY_AFTER_MS[Math.min(state.failures++, RETRY_AFTER_MS.length - 1)] ?? 0;
  if (input.isFinal || now >= givesUpAt(state)) {
    giveUp(state);
    return;
  }
  state.retryAt = Math.min(state.retryAt, now + retryInMs);
  state.outputs.push({ kind: 'attempt-failed', reason, detail, retryInMs });
}

/** Gives up an attempt that takes too long, and the peer when it has been lost for too long. */
export function expire(now: number, state: State): void {
  const { attempt } = state;
  if (attempt && now >= attempt.by) {
    state.outputs.push({ kind: 'abandon', attempt: attempt.number });
    const detail = 'the attempt to connect took too long';
    failed(now, state, { kind: 'failed', attempt: attempt.number, reason: 'abandoned', detail, isFinal: false });
  }
  if (!state.isOver && now >= expiresAt(state)) giveUp(state);
}

/** Returns when the peer is given up whatever is under way. The first attempts end by themselves in time. */
export function expiresAt(state: State): number {
  return state.wasConnected || !state.attempt ? givesUpAt(state) : Number.POSITIVE_INFINITY;
}

/** Makes what was being attempted void, and attempts again at once. */
export function moved(now: number, state: State): void {
  const { attempt } = state;
  if (attempt) state.outputs.push({ kind: 'abandon', attempt: attempt.number });
  Object.assign(state, { attempt: null, failures: 0, retryAt: now });
}

/** Returns when the peer is given up: never as long as it is heard. */
function givesUpAt({ wasConnected, isLost, heardAt, waitMs, patienceMs }: State): number {
  if (!wasConnected) return heardAt + waitMs;
  return isLost ? heardAt + patienceMs : Number.POSITIVE_INFINITY;
}

function giveUp(state: State): void {
  const { attempt, lastFailure, wasConnected, outputs } = state;
  if (attempt) outputs.push({ kind: 'abandon', attempt: attempt.number });
  const why = lastFailure ?? { reason: 'no-peer' as const, detail: 'the peer did not come' };
  const reason = wasConnected ? 'path-lost' : why.reason;
  Object.assign(state, { attempt: null, isOver: true, retryAt: Number.POSITIVE_INFINITY });
  outputs.push({ kind: 'given-up', reason, detail: why.detail });
}
