/**
 * One stream of a session: a Duplex of Node over the messages of its secret stream. What was written goes out as soon as the peer
 * has room, small writes gathered; `finish` comes when the peer has everything, `end` when this side has.
 */
import { Duplex } from 'node:stream';
import { visible } from '../../visible.ts';
import { TunnelStreamError } from '../errors.ts';
import type { TunnelStream } from '../tunnel.ts';
import { decodeFrame, encodeFrame, FRAME_DATA_MAX_BYTES, type Frame } from './frames.ts';
import type { SecureStream } from './secure-stream.ts';
import { createWindow, WINDOW_MIN_BYTES, type Window } from './window.ts';

/** Less than the least window, so that the reader is asked for more before the peer has to stop. */
const READ_BUFFER_BYTES = WINDOW_MIN_BYTES / 2;
const WRITE_BUFFER_BYTES = 4 * FRAME_DATA_MAX_BYTES;

type Done = (error?: Error | null) => void;

interface State {
  readonly secure: SecureStream;
  readonly window: Window;
  readonly onBytes: StreamWiring['onBytes'];
  /** What is being written, and who is told when it has been. */
  outgoing: { parts: Uint8Array[]; readonly done: Done } | null;
  /** Whether the stream below takes more now. */
  isDrained: boolean;
  sent: number;
  /** How many bytes the peer has room for in all. */
  limit: number;
  /** Called when the peer has got everything. */
  finished: Done | null;
  hasFinished: boolean;
  peerHasEnded: boolean;
  /** Whether the peer has said that it is over, so that it need not be told. */
  isReset: boolean;
  isClosed: boolean;
}

export interface StreamWiring {
  readonly number: number;
  readonly open: (handlers: {
    readonly onMessage: (message: Uint8Array) => void;
    readonly onDrain: () => void;
    readonly onClosed: (error: Error | null) => void;
  }) => SecureStream;
  readonly sendDatagram: (bytes: Uint8Array) => boolean;
  readonly onDatagram: (receive: (bytes: Uint8Array) => void) => void;
  /** Is told of the bytes that go, or have come. */
  readonly onBytes: (direction: 'sent' | 'received', bytes: number) => void;
  /** Takes over the stream below, which may still have something to deliver. */
  readonly onLeave: (secure: SecureStream) => void;
}

export function createTunnelStream(wiring: StreamWiring): TunnelStream {
  const secure = wiring.open({
    onMessage: (message) => {
      const frame = decodeFrame(message);
      if (frame && !duplex.destroyed) receive(state, duplex, frame);
    },
    onDrain: () => {
      state.isDrained = true;
      pump(state);
    },
    onClosed: (error) => {
      state.isClosed = true;
      duplex.destroy(new TunnelStreamError('lost', `the stream was lost with the path under it${because(error)}`));
    },
  });
  const state: State = {
    ...{ secure, window: createWindow(), onBytes: wiring.onBytes, outgoing: null, isDrained: true },
    ...{ sent: 0, limit: WINDOW_MIN_BYTES, finished: null, hasFinished: false, peerHasEnded: false },
    ...{ isReset: false, isClosed: false },
  };
  const duplex = new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: READ_BUFFER_BYTES,
    writableHighWaterMark: WRITE_BUFFER_BYTES,
    decodeStrings: true,
    // Node asks for more before it takes out what is there, so what has been consumed is only known afterwards.
    read: () => queueMicrotask(() => grant(state, duplex)),
    write: (chunk: Uint8Array, _encoding, done) => write(state, [chunk], done),
    writev: (chunks, done) =>
      write(
        state,
        chunks.map(({ chunk }) => chunk as Uint8Array),
        done,
      ),
    final: (done) => finish(state, done),
    destroy: (error, done) => {
      leave(state, error);
      wiring.onLeave(secure);
      done(error);
    },
  });
  const { number, sendDatagram, onDatagram } = wiring;
  return Object.assign(duplex, { number, sendDatagram, onDatagram });
}

function write(state: State, chunks: readonly Uint8Array[], done: Done): void {
  state.outgoing = { parts: chunks.filter(({ length }) => length > 0), done };
  pump(state);
}

/** Sends what the peer has room for, while the stream below takes it. */
function pump(state: State): void {
  const { outgoing, secure } = state;
  if (!outgoing) return;
  while (state.isDrained && !state.isClosed && outgoing.parts.length > 0) {
    const { taken, rest, bytes } = takeUpTo(outgoing.parts, Math.min(FRAME_DATA_MAX_BYTES, state.limit - state.sent));
    if (bytes === 0) return;
    outgoing.parts = rest;
    state.sent += bytes;
    state.onBytes('sent', bytes);
    state.isDrained = secure.write(encodeFrame({ kind: 'data', parts: taken }));
  }
  if (outgoing.parts.length > 0 || !state.isDrained) return;
  state.outgoing = null;
  outgoing.done();
}

function takeUpTo(
  parts: readonly Uint8Array[],
  max: number,
): { readonly taken: Uint8Array[]; readonly rest: Uint8Array[]; readonly bytes: number } {
  const taken: Uint8Array[] = [];
  let bytes = 0;
  for (const [index, part] of parts.entries()) {
    const fits = part.subarray(0, max - bytes);
    if (fits.length > 0) taken.push(fits);
    bytes += fits.length;
    if (fits.length < part.length)
      return { taken, rest: [part.subarray(fits.length), ...parts.slice(index + 1)], bytes };
  }
  return { taken, rest: [], bytes };
}

function finish(state: State, done: Done): void {
  state.finished = done;
  state.secure.write(encodeFrame({ kind: 'end' }));
}

function receive(state: State, duplex: Duplex, frame: Frame): void {
  switch (frame.kind) {
    case 'data':
      receiveData(state, duplex, frame.bytes);
      return;
    case 'end':
      if (state.peerHasEnded) return;
      state.peerHasEnded = true;
      state.secure.write(encodeFrame({ kind: 'done' }));
      duplex.push(null);
      return;
    case 'reset':
      state.isReset = true;
      duplex.destroy(new TunnelStreamError('reset', `the peer has reset the stream${reasonOf(frame.reason)}`));
      return;
    case 'credit':
      state.limit = Math.max(state.limit, frame.limit);
      pump(state);
      return;
    case 'done':
      if (!state.finished) return;
      state.hasFinished = true;
      state.finished();
      state.finished = null;
  }
}

function receiveData(state: State, duplex: Duplex, bytes: Uint8Array): void {
  if (state.peerHasEnded || !state.window.take(bytes.length)) {
    duplex.destroy(new TunnelStreamError('lost', 'the peer has sent more than there was room for'));
    return;
  }
  state.onBytes('received', bytes.length);
  duplex.push(bytes);
}

function grant(state: State, duplex: Duplex): void {
  const limit = state.window.grant(state.window.taken() - duplex.readableLength);
  if (limit !== null && !state.peerHasEnded) state.secure.write(encodeFrame({ kind: 'credit', limit }));
}

/** Tells the peer of an end before time. */
function leave(state: State, error: Error | null): void {
  const { hasFinished, peerHasEnded, isReset, isClosed, outgoing } = state;
  state.outgoing = null;
  outgoing?.done(error ?? new TunnelStreamError('lost', 'the stream has been destroyed'));
  if (isReset || isClosed || (hasFinished && peerHasEnded)) return;
  state.secure.write(encodeFrame({ kind: 'reset', reason: error?.message ?? '' }));
}

function because(error: Error | null): string {
  return error ? `: ${visible(error.message)}` : '';
}

function reasonOf(reason: string): string {
  return reason === '' ? '' : `: ${visible(reason)}`;
}
