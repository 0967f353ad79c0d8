/**
 * The upkeep of the connection to one peer, as a sans-IO state machine: it notices that a peer has fallen silent, punches again
 * while the old path may still work, and gives up when that has been tried for long enough.
 */
import { attemptIfDue, expire, expiresAt, failed, moved, wantAttempt } from './attempts.ts';
import { LOOK_EVERY_MS } from './pace.ts';
import type { State, UpkeepInput, UpkeepOptions, UpkeepOutput } from './state.ts';
import { closed, connected, watch } from './watch.ts';

export type { UpkeepInput, UpkeepOutput } from './state.ts';

export interface Upkeep {
  /** Takes an input, looks whether the peer is heard, and returns what it leads to, in order. `now` is in ms of any one monotonic clock. */
  readonly handle: (now: number, input: UpkeepInput) => readonly UpkeepOutput[];
  /** Returns when `timeout` is due; Infinity when nothing is. */
  readonly wakeAt: () => number;
}

/** Creates the machine, whose times count from `now`. */
export function createUpkeep(now: number, options: UpkeepOptions): Upkeep {
  const state: State = {
    ...options,
    ...{ path: null, attempt: null, attempts: 0, attemptedAt: Number.NEGATIVE_INFINITY, failures: 0 },
    ...{ retryAt: Number.POSITIVE_INFINITY, heardAt: now, silentAt: Number.POSITIVE_INFINITY, lookedAt: now },
    ...{ wasConnected: false, isLost: false, lastFailure: null, isOver: false, outputs: [] },
  };
  return {
    handle: (at, input) => {
      if (!state.isOver) {
        apply(at, state, input);
        watch(at, state);
        expire(at, state);
        attemptIfDue(at, state);
      }
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
    wakeAt: () => wakeAt(state),
  };
}

function apply(now: number, state: State, input: UpkeepInput): void {
  switch (input.kind) {
    case 'want':
      if (state.path === null) wantAttempt(now, state);
      break;
    case 'asked':
      wantAttempt(now, state);
      break;
    case 'connected':
      connected(now, state, input);
      break;
    case 'failed':
      failed(now, state, input);
      break;
    case 'closed':
      closed(now, state, input);
      break;
    case 'doubt':
      state.outputs.push({ kind: 'doubt' });
      if (state.retryAt !== Number.POSITIVE_INFINITY) wantAttempt(now, state);
      break;
    case 'moved':
      moved(now, state);
      break;
    case 'timeout':
      break;
  }
}

function wakeAt(state: State): number {
  if (state.isOver) return Number.POSITIVE_INFINITY;
  const { attempt, retryAt, path, isLost } = state;
  const lookAt = isLost ? state.lookedAt + LOOK_EVERY_MS : state.silentAt;
  const watchAt = path === null ? Number.POSITIVE_INFINITY : lookAt;
  return Math.min(attempt ? attempt.by : retryAt, watchAt, expiresAt(state));
}
