/**
 * One stream of a session: a Duplex of Node over native streams, of which there is one at a time and another one when that is lost.
 * What was written goes out as soon as the peer has room, small writes gathered; `finish` comes when the peer has everything, `end`
 * when this side has.
 */
import type { Duplex } from 'node:stream';
import { TunnelStreamError } from '../../errors.ts';
import type { TunnelStream } from '../../tunnel.ts';
import type { SecureStream, SecureStreamHandlers } from '../native/secure-stream.ts';
import { createDuplex, type Done } from './duplex.ts';
import { decodeFrame, encodeFrame, type Frame } from './frames.ts';
import { createIncoming, type Incoming } from './incoming.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';
import type { SpareBuffers } from './spare-buffers.ts';
import { createUnread, type Unread } from './unread.ts';

export interface StreamWiring {
  readonly number: number;
  /** Shared by the streams of a session. */
  readonly spare: SpareBuffers;
  /** Returns how many bytes may be on their way now, or wait to be read, in each direction. */
  readonly windowMax: () => number;
  readonly sendDatagram: (bytes: Uint8Array) => boolean;
  readonly onDatagram: (receive: (bytes: Uint8Array) => void) => void;
  /** Is told of the bytes that go, or have come. */
  readonly onBytes: (direction: 'sent' | 'received', bytes: number) => void;
  /** Everything up to the peer's end has come. */
  readonly onDone: () => void;
  /** Called once, when the stream is over: with an error that the peer is to be told, or null where it knows, or all went well. */
  readonly onOver: (error: Error | null) => void;
  /** The native stream has closed by itself. */
  readonly onLegLost: () => void;
}

export interface ResumableStream {
  readonly stream: TunnelStream;
  /** Goes on over a new native stream, from where the peer is. */
  readonly attach: (open: (handlers: SecureStreamHandlers) => SecureStream, peerReceived: number) => void;
  /** Leaves the native stream, from which nothing more is taken, and returns how many bytes have come. */
  readonly detach: () => number;
  /** The peer has everything. */
  readonly hearDone: () => void;
  /** Whether both sides have everything, though it may not have been read here yet: then no native stream is needed any more. */
  readonly isComplete: () => boolean;
  /** Ends it with an error that the peer need not be told. */
  readonly fail: (error: TunnelStreamError) => void;
}

interface State {
  readonly wiring: StreamWiring;
  readonly outgoing: Outgoing;
  readonly incoming: Incoming;
  readonly unread: Unread;
  secure: SecureStream | null;
  /** Whether the native stream takes more now. */
  isDrained: boolean;
  /** Whether the end has been said over this native stream. */
  isEndSaid: boolean;
  written: Done | null;
  finished: Done | null;
  hasFinished: boolean;
  peerHasEnded: boolean;
  /** Whether the peer is not to be told of the end. */
  isKnown: boolean;
}

export function createTunnelStream(wiring: StreamWiring): ResumableStream {
  const { number, sendDatagram, onDatagram, spare, windowMax: max } = wiring;
  const state: State = {
    ...{
      wiring,
      outgoing: createOutgoing({ spare, max }),
      secure: null,
      isDrained: true,
      isEndSaid: false,
      written: null,
    },
    ...{ finished: null, hasFinished: false, peerHasEnded: false, isKnown: false },
    incoming: createIncoming({
      max,
      tell: (received, limit) => void state.secure?.write(encodeFrame({ kind: 'credit', received, limit })),
    }),
    unread: createUnread({
      push: (chunk) => void duplex.push(chunk),
      waiting: () => duplex.readableLength,
    }),
  };
  const duplex: Duplex = createDuplex({
    onRead: state.unread.read,
    onConsumed: () => consume(state, duplex),
    write: (chunks, done) => write(state, chunks, done),
    final: (done) => {
      state.finished = done;
      pump(state);
    },
    onDestroyed: (error) => leave(state, error),
  });
  return {
    stream: Object.assign(duplex, { number, sendDatagram, onDatagram }),
    attach: (open, peerReceived) => {
      if (!duplex.destroyed) attach(state, duplex, { open, peerReceived });
    },
    detach: () => {
      detach(state);
      return state.incoming.received();
    },
    hearDone: () => {
      if (!state.finished) return;
      state.hasFinished = true;
      state.finished();
      state.finished = null;
    },
    isComplete: () => isComplete(state),
    fail: (error) => {
      state.isKnown = true;
      duplex.destroy(error);
    },
  };
}

function attach(
  state: State,
  duplex: Duplex,
  {
    open,
    peerReceived,
  }: { readonly open: (handlers: SecureStreamHandlers) => SecureStream; readonly peerReceived: number },
): void {
  detach(state);
  if (!state.outgoing.rewind(peerReceived)) {
    duplex.destroy(new TunnelStreamError('lost', 'the peer goes on from where this side cannot'));
    return;
  }
  const secure = open({
    onMessage: (message) => {
      const frame = decodeFrame(message);
      if (frame && state.secure === secure && !duplex.destroyed) receive(state, duplex, frame);
    },
    onDrain: () => {
      if (state.secure !== secure) return;
      state.isDrained = true;
      pump(state);
    },
    onClosed: () => {
      if (state.secure !== secure) return;
      state.secure = null;
      state.wiring.onLegLost();
    },
  });
  Object.assign(state, { secure, isDrained: true, isEndSaid: false });
  // What was last told may have been lost with the former native stream.
  if (state.incoming.received() > 0) state.incoming.tell();
  pump(state);
}

function isComplete({ hasFinished, peerHasEnded }: State): boolean {
  return hasFinished && peerHasEnded;
}

function detach(state: State): void {
  const { secure } = state;
  state.secure = null;
  secure?.destroy();
}

function write(state: State, chunks: readonly Uint8Array[], done: Done): void {
  state.outgoing.put(chunks);
  state.written = done;
  pump(state);
}

/** Sends what the peer has room for, while the native stream takes it. */
function pump(state: State): void {
  const { outgoing, wiring } = state;
  while (state.secure && state.isDrained) {
    const before = outgoing.sent();
    const bytes = outgoing.next();
    if (!bytes) break;
    // What goes again over another native stream is counted already.
    wiring.onBytes('sent', outgoing.sent() - before);
    state.isDrained = state.secure.write(encodeFrame({ kind: 'data', bytes }));
  }
  if (state.written && state.isDrained && !outgoing.pending()) {
    // Only after the other events of this turn: what is written during them then goes together.
    setImmediate(state.written);
    state.written = null;
  }
  if (state.finished && state.secure && outgoing.isEmpty() && !state.isEndSaid) {
    state.isEndSaid = true;
    state.secure.write(encodeFrame({ kind: 'end' }));
  }
}

function receive(state: State, duplex: Duplex, frame: Frame): void {
  switch (frame.kind) {
    case 'data':
      if (state.peerHasEnded || !state.incoming.take(frame.bytes.length)) {
        duplex.destroy(new TunnelStreamError('lost', 'the peer has sent more than there was room for'));
        return;
      }
      state.wiring.onBytes('received', frame.bytes.length);
      state.unread.put(frame.bytes);
      return;
    case 'end':
      if (state.peerHasEnded) return;
      state.peerHasEnded = true;
      state.wiring.onDone();
      state.unread.flush();
      duplex.push(null);
      return;
    case 'credit':
      state.outgoing.hear(frame.received, frame.limit);
      pump(state);
  }
}

function consume(state: State, duplex: Duplex): void {
  if (!state.peerHasEnded && !duplex.destroyed) {
    state.incoming.consumed(state.incoming.received() - state.unread.gathered() - duplex.readableLength);
  }
}

function leave(state: State, error: Error | null): void {
  const { written, isKnown, wiring } = state;
  const early = new TunnelStreamError('reset', 'the stream has been destroyed');
  detach(state);
  state.incoming[Symbol.dispose]();
  state.written = null;
  written?.(error ?? early);
  wiring.onOver(isKnown || isComplete(state) ? null : (error ?? early));
}
