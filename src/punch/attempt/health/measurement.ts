/**
 * Measures the health of an open path, by probes that the far side sends back. Both sides measure at the same time, with
 * the same datagrams of two bytes: a kind (0 is a probe, 1 its echo), then the number of the probe.
 *
 * A side calls until the far side answers, since that may not have its path yet, and sends the twenty probes that count. Then
 * it says that they are sent, until the far side has answered that and has said the same; and at last that it needs nothing
 * more, again until both have said so and have been answered. So no side leaves before the other knows that it may, and
 * silence before that is no leaving.
 */
import { conclude, mayLeave, unansweredCount } from './liveness.ts';
import {
  createState,
  type HealthOutput,
  longestRttMs,
  type MeasurementOptions,
  type PathHealth,
  PROBES,
  type State,
} from './state.ts';
import { numberOf, readNumber } from './use.ts';

const INTERVAL_MS = 20;
/** How much later than by its round trip a probe of the far side may come, beyond its interval. */
const JITTER_MS = 30;
/** The numbers of the probes that are not measured, by what they say. */
const CALL = 255;
const THROUGH = 254;
const CONTENT = 253;

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

/** Whether the datagram is how a side that measures calls a far side that has not answered yet. */
export function isCall(bytes: Uint8Array): boolean {
  return bytes.length === 2 && bytes[0] === PROBE && bytes[1] === CALL;
}

/** Begins at `now`; the first probe goes out with the first `timeout`. */
export function createMeasurement(now: number, options: MeasurementOptions): Measurement {
  const state = createState(now, options);
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
  if (state.phase === 'quiet') {
    finish(now, state, 'alive');
    return;
  }
  if (mayLeave(now, state)) enter(now, state, 'leaving');
  const liveness = conclude(now, state);
  if (liveness === 'alive' && state.use !== 'measure') beQuiet(now, state);
  else if (liveness) finish(now, state, liveness);
  else probe(now, state);
}

/**
 * Only answers for as long as probes of the far side may be on their way, which would else come to the program that has the
 * path next. The far side does the same, so that what its program sends comes later.
 */
function beQuiet(now: number, state: State): void {
  enter(now, state, 'quiet');
  state.probeAt = now + longestRttMs(state) + INTERVAL_MS + JITTER_MS;
}

function receive(now: number, state: State, bytes: Uint8Array): void {
  const [kind, number] = bytes;
  if (bytes.length !== 2 || number === undefined) return;
  if (kind === PROBE) answer(now, state, number);
  if (kind === ECHO) takeEcho(now, state, number);
}

function answer(now: number, state: State, number: number): void {
  if (state.heardAt === null) beginAnew(now, state);
  state.heardAt = now;
  state.peerUse = readNumber(number)?.use ?? state.peerUse;
  progress(state.heard, number);
  say(state, ECHO, number);
}

/** Takes note that the far side has come: what was sent before that says nothing of the path. */
function beginAnew(now: number, state: State): void {
  state.unanswered = [];
  if (state.phase === 'calling') state.phaseAt = now;
}

function takeEcho(now: number, state: State, number: number): void {
  const { rtts, sentAt, use } = state;
  state.unanswered = [];
  state.answeredAt = now;
  if (state.phase === 'calling') enter(now, state, 'measuring');
  progress(state.told, number);
  const told = readNumber(number);
  const at = told?.use === use ? sentAt[told.index] : undefined;
  if (told && at !== undefined && !rtts.has(told.index)) rtts.set(told.index, now - at);
}

/** Takes note of what a probe of that number says. */
function progress(side: State['told'], number: number): void {
  side.isContent ||= number === CONTENT;
  side.isThrough ||= readNumber(number)?.index === PROBES - 1 || number === THROUGH || number === CONTENT;
}

/** Sends the next probe. */
function probe(now: number, state: State): void {
  const number = nextNumber(now, state);
  if (readNumber(number)?.index === PROBES - 1) enter(now, state, 'closing');
  state.unanswered.push(now);
  state.probeAt = now + INTERVAL_MS;
  say(state, PROBE, number);
}

function nextNumber(now: number, { phase, sentAt, use }: State): number {
  switch (phase) {
    case 'calling':
      return CALL;
    case 'measuring':
      return numberOf(use, sentAt.push(now) - 1);
    case 'closing':
      return THROUGH;
    case 'leaving':
    case 'quiet':
      return CONTENT;
  }
}

function enter(now: number, state: State, phase: State['phase']): void {
  state.phase = phase;
  state.phaseAt = now;
}

function finish(now: number, state: State, liveness: PathHealth['liveness']): void {
  const { sentAt, rtts, peerUse } = state;
  const values = [...rtts.values()];
  const probes = sentAt.length === PROBES ? PROBES : Math.max(-1, ...rtts.keys()) + 1;
  const mean = values.reduce((sum, rtt) => sum + rtt, 0) / values.length;
  const rttMs = values.length === 0 ? null : { min: Math.min(...values), mean, max: Math.max(...values) };
  const unanswered = unansweredCount(now, state);
  const health = { probes, lost: probes - values.length, rttMs, liveness, unanswered };
  state.probeAt = Number.POSITIVE_INFINITY;
  state.outputs.push({ kind: 'done', health, peerUse });
}

function say(state: State, kind: number, number: number): void {
  state.outputs.push({ kind: 'send', bytes: Uint8Array.of(kind, number) });
}
