/** The rules of watching a path: pings where nothing is heard, and when it is taken for lost. */
import { wantAttempt } from './attempts.ts';
import {
  PING_AFTER_BUSY_MS,
  PING_AFTER_IDLE_MS,
  PING_AGAIN_MS,
  SILENT_AFTER_MS,
  SILENT_EXTRA_MAX_MS,
  SILENT_ROUND_TRIPS,
} from './pace.ts';
import type { State, UpkeepInput } from './state.ts';

export function connected(
  now: number,
  state: State,
  { attempt, isContinued }: Extract<UpkeepInput, { readonly kind: 'connected' }>,
): void {
  if (attempt !== state.attempt?.number) return;
  state.outputs.push({ kind: 'retire-others', attempt });
  if (isContinued && state.isLost) state.outputs.push({ kind: 'back', outageMs: now - state.heardAt });
  Object.assign(state, {
    ...{ path: attempt, attempt: null, failures: 0, retryAt: Number.POSITIVE_INFINITY, lastFailure: null },
    ...{ wasConnected: true, isLost: false },
  });
  noteHeard(now, state);
}

export function heard(now: number, state: State): void {
  if (state.path === null) return;
  if (state.isLost) {
    state.outputs.push({ kind: 'back', outageMs: now - state.heardAt });
    Object.assign(state, { isLost: false, failures: 0, retryAt: Number.POSITIVE_INFINITY });
  }
  noteHeard(now, state);
}

function noteHeard(now: number, state: State): void {
  state.heardAt = now;
  state.askedAt = null;
}

/** Pings the peer at once, since there is reason to think that it is not heard any more. */
export function doubt(now: number, state: State): void {
  state.outputs.push({ kind: 'doubt' });
  if (state.path === null) {
    if (state.retryAt !== Number.POSITIVE_INFINITY) wantAttempt(now, state);
    return;
  }
  state.askedAt ??= now;
  state.pingAt = now;
}

/** The carrier is gone for good, and with it every hope that something is heard on it. */
export function closed(
  now: number,
  state: State,
  { attempt, detail }: Extract<UpkeepInput, { readonly kind: 'closed' }>,
): void {
  if (attempt !== state.path) return;
  state.path = null;
  lose(now, state, detail);
}

/** Pings where nothing has been heard for long enough, and gives the path up where that does not help. */
export function watch(now: number, state: State): void {
  if (state.path === null || state.isOver) return;
  if (now >= nextPingAt(state)) {
    state.askedAt ??= now;
    state.pingAt = now + PING_AGAIN_MS;
    state.outputs.push({ kind: 'ping' });
  }
  if (now >= silentAt(state))
    lose(now, state, `nothing has been heard for ${((now - state.heardAt) / 1000).toFixed(1)} s`);
}

function lose(now: number, state: State, detail: string): void {
  if (state.isLost) return;
  state.isLost = true;
  state.outputs.push({ kind: 'lost', detail }, { kind: 'doubt' });
  wantAttempt(now, state);
}

/** Returns when the next ping is due. On a path that is taken for lost they go on: it may come back by itself. */
function nextPingAt({ path, heardAt, askedAt, pingAt, isBusy }: State): number {
  if (path === null) return Number.POSITIVE_INFINITY;
  if (askedAt !== null) return pingAt;
  return heardAt + (isBusy() ? PING_AFTER_BUSY_MS : PING_AFTER_IDLE_MS);
}

function silentAt({ path, askedAt, isLost, rttMs }: State): number {
  if (path === null || askedAt === null || isLost) return Number.POSITIVE_INFINITY;
  return askedAt + SILENT_AFTER_MS + Math.min(SILENT_EXTRA_MAX_MS, SILENT_ROUND_TRIPS * (rttMs() ?? 0));
}

/** Returns when something is due next. */
export function watchAt(state: State): number {
  return Math.min(nextPingAt(state), silentAt(state));
}
