/**
 * How much a path carries: one side sends in bulk for five seconds, and then the other; each says what has come. It has no socket and
 * no clock.
 */
import type { PathMessage } from './message.ts';

const TRANSFER_MS = 5_000;
/** Whatever the path carries, no more than this goes each way. */
export const TRANSFER_MAX_BYTES = 128 * 1024 * 1024;
/** How long after the time of a transfer its result may come: what waits in buffers has to be sent first. */
const RESULT_WAIT_MS = 10_000;
/** How often the friend may have this page take part. */
export const TRANSFERS_MAX = 5;

/** In bits per second; null where the friend has not said it, or nothing has come. */
export interface Throughput {
  readonly sent: number | null;
  readonly received: number | null;
}

export type TransferInput =
  | { readonly kind: 'start' | 'timeout' }
  | { readonly kind: 'message'; readonly message: Extract<PathMessage, { readonly type: 'transfer' | 'received' }> }
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** The friend has sent all. */
  | { readonly kind: 'end' };

export type TransferOutput =
  | { readonly kind: 'say'; readonly message: PathMessage }
  /** Send bytes as long as `maySend`, then say the end on the same channel. */
  | { readonly kind: 'fill' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'doing'; readonly what: 'sending' | 'receiving' }
  | { readonly kind: 'done'; readonly throughput: Throughput };

type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly turn: 'first' | 'second'; readonly until: number }
  /** What was sent is to be confirmed. */
  | { readonly kind: 'awaiting'; readonly turn: 'first' | 'second'; readonly until: number }
  /** The other side has its turn. */
  | { readonly kind: 'receiving'; readonly turn: 'first' | 'second'; readonly until: number };

export interface TransferState {
  /** Whether this side gives way where both begin at once: one of the two does. */
  readonly givesWay: boolean;
  phase: Phase;
  runs: number;
  sentBytes: number;
  receivedBytes: number;
  firstAt: number | null;
  lastAt: number;
  throughput: Throughput;
  outputs: TransferOutput[];
}

export function createTransfer({ givesWay }: Pick<TransferState, 'givesWay'>): TransferState {
  return {
    ...{ givesWay, phase: { kind: 'idle' }, runs: 0, sentBytes: 0, receivedBytes: 0, firstAt: null, lastAt: 0 },
    ...{ throughput: { sent: null, received: null }, outputs: [] },
  };
}

export function handleTransfer(now: number, state: TransferState, input: TransferInput): readonly TransferOutput[] {
  apply(now, state, input);
  const { outputs } = state;
  state.outputs = [];
  return outputs;
}

export function transferWakeAt({ phase }: TransferState): number {
  return phase.kind === 'idle' ? Number.POSITIVE_INFINITY : phase.until;
}

/** Whether another chunk may be sent; the caller counts it as `sentBytes`. */
export function maySend(now: number, { phase, sentBytes }: TransferState): boolean {
  return phase.kind === 'sending' && now < phase.until && sentBytes < TRANSFER_MAX_BYTES;
}

function apply(now: number, state: TransferState, input: TransferInput): void {
  const { phase } = state;
  switch (input.kind) {
    case 'start':
      if (phase.kind === 'idle') begin(now, state, 'first');
      break;
    case 'message':
      if (input.message.type === 'transfer') invited(now, state, input.message.turn);
      else if (phase.kind === 'awaiting') confirmed(now, state, input.message);
      break;
    case 'bytes':
      if (phase.kind === 'receiving') count(now, state, input.bytes);
      break;
    case 'end':
      if (phase.kind === 'receiving') received(now, state);
      break;
    case 'timeout':
      if (phase.kind !== 'idle' && now >= phase.until) late(now, state);
      break;
  }
}

function begin(now: number, state: TransferState, turn: 'first' | 'second'): void {
  if (turn === 'first') state.throughput = { sent: null, received: null };
  state.sentBytes = 0;
  state.phase = { kind: 'sending', turn, until: now + TRANSFER_MS };
  state.outputs.push(
    { kind: 'doing', what: 'sending' },
    { kind: 'say', message: { type: 'transfer', turn } },
    { kind: 'fill' },
  );
}

/** The friend begins: unasked, or in its turn. */
function invited(now: number, state: TransferState, turn: 'first' | 'second'): void {
  const { phase, givesWay, runs } = state;
  if (turn === 'second') {
    if (phase.kind === 'receiving' && phase.turn === 'second') expect(now, state, turn);
    return;
  }
  const isFree = phase.kind === 'idle' || (givesWay && phase.kind === 'sending' && phase.turn === 'first');
  if (!isFree || runs >= TRANSFERS_MAX) return;
  state.runs++;
  state.throughput = { sent: null, received: null };
  expect(now, state, turn);
}

function expect(now: number, state: TransferState, turn: 'first' | 'second'): void {
  Object.assign(state, { receivedBytes: 0, firstAt: null, lastAt: now });
  state.phase = { kind: 'receiving', turn, until: now + TRANSFER_MS + RESULT_WAIT_MS };
  state.outputs.push({ kind: 'doing', what: 'receiving' });
}

function count(now: number, state: TransferState, bytes: number): void {
  state.firstAt ??= now;
  state.lastAt = now;
  state.receivedBytes = Math.min(TRANSFER_MAX_BYTES, state.receivedBytes + bytes);
}

function received(now: number, state: TransferState): void {
  const { phase, receivedBytes: bytes, firstAt, lastAt } = state;
  if (phase.kind !== 'receiving') return;
  const ms = firstAt === null ? 0 : lastAt - firstAt;
  state.throughput = { ...state.throughput, received: rateOf({ bytes, ms }) };
  state.outputs.push({ kind: 'say', message: { type: 'received', bytes, ms } });
  if (phase.turn === 'first') begin(now, state, 'second');
  else done(state);
}

function confirmed(now: number, state: TransferState, said: { readonly bytes: number; readonly ms: number }): void {
  const { phase, sentBytes } = state;
  if (phase.kind !== 'awaiting') return;
  // Nobody has got more than was sent.
  state.throughput = { ...state.throughput, sent: said.bytes > sentBytes ? null : rateOf(said) };
  if (phase.turn === 'first') expect(now, state, 'second');
  else done(state);
}

function late(now: number, state: TransferState): void {
  const { phase } = state;
  if (phase.kind === 'sending') {
    state.phase = { kind: 'awaiting', turn: phase.turn, until: now + RESULT_WAIT_MS };
    state.outputs.push({ kind: 'finish' });
  } else done(state);
}

function done(state: TransferState): void {
  state.phase = { kind: 'idle' };
  state.outputs.push({ kind: 'done', throughput: state.throughput });
}

function rateOf({ bytes, ms }: { readonly bytes: number; readonly ms: number }): number | null {
  return ms > 0 ? Math.round((bytes * 8 * 1000) / ms) : null;
}
