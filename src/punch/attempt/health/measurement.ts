/**
 * Measures the health of an open path, by probes that the far side sends back. Both sides measure at the same time, with
 * the same datagrams of two bytes: a kind (0 is a probe, 1 its echo), then the number of the probe.
 *
 * A side calls until the far side answers, since that may not have its path yet; it sends the twenty probes that count; and
 * then it tells that they are sent, until it is sure that the far side has heard that and has sent its own. So neither side
 * leaves while the other still needs it, and the last word about the path is an answer, or silence.
 */
import type { PathState } from '../path-state.ts';
import { conclude, unansweredCount } from './liveness.ts';
import { createState, type HealthOutput, type PathHealth, PROBES, type State } from './state.ts';

const INTERVAL_MS = 20;
/** The number of the probes that are sent, unmeasured, until the far side answers. */
const CALL = 255;
/** The number of the probes that are sent, unmeasured, once all others are. */
const THROUGH = 254;

const PROBE = 0;
const ECHO = 1;

export type HealthInput =
  /** Data came over the path. */
  { readonly kind: 'received'; readonly bytes: Uint8Array } | { readonly kind: 'timeout' };

export interface Measurement {
  readonly handle: (now: number, input: HealthInput) => readonly HealthOutput[];
  /** Returns when `timeout` is due; Infinity once the measurement is done. */
  readonly wakeAt: () => number;
}

/** Begins at `now`; the first probe goes out with the first `timeout`. @param pathState tells how the path is now. */
export function createMeasurement(now: number, pathState: () => PathState): Measurement {
  const state = createState(now, pathState);
  return {
    handle: (at, input) => {
      if (!isOver(state)) act(at, state, input);
      return state.outputs.splice(0);
    },
    wakeAt: () => state.probeAt,
  };
}

function isOver({ probeAt }: State): boolean {
  return probeAt === Number.POSITIVE_INFINITY;
}

function act(now: number, state: State, input: HealthInput): void {
  if (input.kind === 'received') receive(now, state, input.bytes);
  if (now < state.probeAt) return;
  const liveness = conclude(now, state);
  if (liveness) finish(now, state, liveness);
  else probe(now, state);
}

function receive(now: number, state: State, bytes: Uint8Array): void {
  const [kind, number] = bytes;
  if (bytes.length !== 2 || number === undefined) return;
  if (kind === PROBE) answer(now, state, number);
  if (kind === ECHO) takeEcho(now, state, number);
}

function answer(now: number, state: State, number: number): void {
  // What was sent before the far side was there says nothing of the path.
  if (state.heardAt === null) state.unanswered = [];
  state.heardAt = now;
  if (number === PROBES - 1 || number === THROUGH) state.peerThroughAt ??= now;
  say(state, ECHO, number);
}

function takeEcho(now: number, state: State, number: number): void {
  const { rtts, sentAt } = state;
  state.unanswered = [];
  state.answeredAt = now;
  if (state.phase === 'calling') enter(now, state, 'measuring');
  if (number === THROUGH) state.throughAt ??= now;
  const at = sentAt[number];
  if (at !== undefined && !rtts.has(number)) rtts.set(number, now - at);
}

/** Sends the next probe. */
function probe(now: number, state: State): void {
  const { phase, sentAt } = state;
  const number = phase === 'calling' ? CALL : phase === 'closing' ? THROUGH : sentAt.push(now) - 1;
  if (number === PROBES - 1) enter(now, state, 'closing');
  state.unanswered.push(now);
  state.probeAt = now + INTERVAL_MS;
  say(state, PROBE, number);
}

function enter(now: number, state: State, phase: State['phase']): void {
  state.phase = phase;
  state.phaseAt = now;
}

function finish(now: number, state: State, liveness: PathHealth['liveness']): void {
  const { sentAt, rtts } = state;
  const values = [...rtts.values()];
  const probes = sentAt.length === PROBES ? PROBES : Math.max(-1, ...rtts.keys()) + 1;
  const mean = values.reduce((sum, rtt) => sum + rtt, 0) / values.length;
  const rttMs = values.length === 0 ? null : { min: Math.min(...values), mean, max: Math.max(...values) };
  const unanswered = unansweredCount(now, state);
  const health = { probes, lost: probes - values.length, rttMs, liveness, unanswered };
  state.probeAt = Number.POSITIVE_INFINITY;
  state.outputs.push({ kind: 'done', health });
}

function say(state: State, kind: number, number: number): void {
  state.outputs.push({ kind: 'send', bytes: Uint8Array.of(kind, number) });
}
