/** The rules of watching a path: when it is taken for lost, and when it has come back by itself. */
import { wantAttempt } from './attempts.ts';
import { SILENT_AFTER_MS, SILENT_EXTRA_MAX_MS, SILENT_ROUND_TRIPS } from './pace.ts';
import type { State, UpkeepInput } from './state.ts';

export function connected(
  now: number,
  state: State,
  { attempt, isContinued }: Extract<UpkeepInput, { readonly kind: 'connected' }>,
): void {
  if (attempt !== state.attempt?.number) return;
  if (isContinued && state.isLost) state.outputs.push({ kind: 'back', outageMs: now - state.heardAt });
  Object.assign(state, {
    ...{ path: attempt, attempt: null, failures: 0, retryAt: Number.POSITIVE_INFINITY, lastFailure: null },
    ...{ wasConnected: true, isLost: false },
  });
  noteHeard(state, now);
}

/** Looks whether the peer is heard, and gives the path up where it is not. */
export function watch(now: number, state: State): void {
  if (state.path === null) return;
  state.lookedAt = now;
  const heardAt = now - state.quietForMs();
  if (heardAt > state.heardAt) {
    const outageMs = now - state.heardAt;
    noteHeard(state, heardAt);
    // What was heard too long ago brings nothing back, and may be what was known already: the clock is read a little apart.
    if (state.isLost && now < state.silentAt) comeBack(state, outageMs);
  }
  if (!state.isLost && now >= state.silentAt)
    lose(now, state, `nothing has been heard for ${((now - state.heardAt) / 1000).toFixed(1)} s`);
}

/** The path was only silent. */
function comeBack(state: State, outageMs: number): void {
  state.outputs.push({ kind: 'back', outageMs });
  Object.assign(state, { isLost: false, failures: 0, retryAt: Number.POSITIVE_INFINITY });
}

function noteHeard(state: State, at: number): void {
  const extraMs = Math.min(SILENT_EXTRA_MAX_MS, SILENT_ROUND_TRIPS * (state.rttMs() ?? 0));
  state.heardAt = at;
  state.silentAt = at + SILENT_AFTER_MS + extraMs;
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

function lose(now: number, state: State, detail: string): void {
  state.silentAt = Number.POSITIVE_INFINITY;
  if (state.isLost) return;
  state.isLost = true;
  state.outputs.push({ kind: 'lost', detail }, { kind: 'doubt' });
  wantAttempt(now, state);
}
