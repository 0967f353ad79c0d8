/** The streams of a session: those that this side opens, those that the peer offers, and all that are open. */

import { visible } from '../../visible.ts';
import { StreamRefusedError, TunnelStreamError } from '../errors.ts';
import type { StreamOffer, TunnelStream } from '../tunnel.ts';
import { type ControlMessage, REASON_MAX_CHARACTERS, REQUEST_MAX_CHARACTERS } from './control-message.ts';
import { FRAME_MAX_BYTES } from './frames.ts';
import { createInbox, type Inbox } from './inbox.ts';
import type { SessionKeys } from './keys.ts';
import type { Leg, Routes } from './routes.ts';
import type { SecretStreamLibrary } from './secret-stream.ts';
import { openSecureStream } from './secure-stream.ts';
import { createTunnelStream } from './stream.ts';

/** How many streams may be open at a time, and how many of the peer's offers may wait for an answer. */
export const STREAMS_MAX = 1_024;
export const OFFERS_MAX = 64;

export interface StreamsOptions {
  readonly SecretStream: SecretStreamLibrary;
  readonly isInitiator: boolean;
  readonly keys: SessionKeys;
  readonly routes: Routes;
  readonly say: (message: ControlMessage) => void;
  readonly sendDatagram: (number: number, bytes: Uint8Array) => boolean;
  /** Something that the peer has authenticated has come. */
  readonly onHeard: () => void;
  readonly onBytes: (direction: 'sent' | 'received', bytes: number) => void;
}

export interface Streams {
  readonly open: (request: string, signal?: AbortSignal) => Promise<TunnelStream>;
  readonly onOffer: (receive: (offer: StreamOffer) => void) => void;
  readonly hear: (message: ControlMessage) => void;
  readonly hearDatagram: (number: number, bytes: Uint8Array) => void;
  readonly count: () => number;
  /** Ends every stream, offer and opening with the error. */
  readonly endAll: (error: TunnelStreamError) => void;
  /** Resolves when the streams that have ended have delivered their last messages. Never rejects. */
  readonly settled: () => Promise<void>;
}

/** A stream that this side has asked for. */
interface Asked {
  readonly leg: Leg;
  readonly inbox: Inbox;
  readonly answer: PromiseWithResolvers<TunnelStream>;
}

interface Offered {
  readonly remoteId: number;
  readonly controller: AbortController;
}

interface Opened {
  readonly stream: TunnelStream;
  readonly inbox: Inbox;
}

interface State {
  readonly options: StreamsOptions;
  readonly asked: Map<number, Asked>;
  readonly offered: Map<number, Offered>;
  readonly opened: Map<number, Opened>;
  /** The closings that are under way. */
  readonly leaving: Set<Promise<void>>;
  readonly unclaimed: StreamOffer[];
  receiver: ((offer: StreamOffer) => void) | null;
  nextNumber: number;
  lastOffered: number;
  over: TunnelStreamError | null;
}

export function createStreams(options: StreamsOptions): Streams {
  const state: State = {
    ...{ options, asked: new Map(), offered: new Map(), opened: new Map(), leaving: new Set(), unclaimed: [] },
    // The initiator's numbers are odd, the responder's even, so that both can open streams at once. 0 is the control stream.
    ...{ receiver: null, nextNumber: options.isInitiator ? 1 : 2, lastOffered: 0, over: null },
  };
  return {
    open: (request, signal) => open(state, request, signal),
    onOffer: (receive) => {
      state.receiver = receive;
      for (const offer of state.unclaimed.splice(0)) receive(offer);
    },
    hear: (message) => hear(state, message),
    hearDatagram: (number, bytes) => {
      const inbox = state.opened.get(number)?.inbox ?? state.asked.get(number)?.inbox;
      options.onBytes('received', inbox ? bytes.length : 0);
      inbox?.put(bytes);
    },
    count: () => state.opened.size,
    endAll: (error) => endAll(state, error),
    settled: async () => void (await Promise.all(state.leaving)),
  };
}

async function open(state: State, request: string, signal: AbortSignal | undefined): Promise<TunnelStream> {
  signal?.throwIfAborted();
  if (state.over) throw state.over;
  if (request.length > REQUEST_MAX_CHARACTERS) {
    throw new RangeError(`a request has ${REQUEST_MAX_CHARACTERS} characters at most`);
  }
  if (usedPlaces(state) >= STREAMS_MAX) throw new StreamRefusedError(TOO_MANY);
  const number = state.nextNumber;
  state.nextNumber += 2;
  const asked: Asked = { leg: state.options.routes.createLeg(), inbox: createInbox(), answer: Promise.withResolvers() };
  state.asked.set(number, asked);
  state.options.say({ kind: 'open', number, id: asked.leg.id, request });
  const withdraw = (): void => {
    if (!takeAsked(state, number)) return;
    asked.leg.raw.destroy();
    state.options.say({ kind: 'withdrawn', number });
    asked.answer.reject(signal?.reason);
  };
  signal?.addEventListener('abort', withdraw, { once: true });
  try {
    return await asked.answer.promise;
  } finally {
    signal?.removeEventListener('abort', withdraw);
  }
}

const TOO_MANY = `more than ${STREAMS_MAX} streams are open`;

function usedPlaces({ opened, asked, offered }: State): number {
  return opened.size + asked.size + offered.size;
}

function takeAsked(state: State, number: number): Asked | undefined {
  const asked = state.asked.get(number);
  state.asked.delete(number);
  return asked;
}

function hear(state: State, message: ControlMessage): void {
  switch (message.kind) {
    case 'open':
      hearOpen(state, message);
      return;
    case 'accepted': {
      const asked = takeAsked(state, message.number);
      asked?.leg.connect(message.id);
      asked?.answer.resolve(begin(state, message.number, asked));
      return;
    }
    case 'refused': {
      const asked = takeAsked(state, message.number);
      asked?.leg.raw.destroy();
      asked?.answer.reject(new StreamRefusedError(visible(message.reason)));
      return;
    }
    case 'withdrawn':
      state.offered.get(message.number)?.controller.abort();
      state.offered.delete(message.number);
      state.opened
        .get(message.number)
        ?.stream.destroy(new TunnelStreamError('reset', 'the peer no longer wants the stream'));
      return;
    case 'bye':
      return;
  }
}

function hearOpen(state: State, { number, id, request }: Extract<ControlMessage, { kind: 'open' }>): void {
  const isPeers = number % 2 === (state.options.isInitiator ? 0 : 1) && number > state.lastOffered;
  if (!isPeers || state.over) return;
  state.lastOffered = number;
  const reason = whyFull(state);
  if (reason !== null) {
    state.options.say({ kind: 'refused', number, reason });
    return;
  }
  const controller = new AbortController();
  state.offered.set(number, { remoteId: id, controller });
  const offer: StreamOffer = {
    request,
    signal: controller.signal,
    accept: () => accept(state, number),
    refuse: (reason) => {
      if (!state.offered.delete(number)) return;
      state.options.say({ kind: 'refused', number, reason: reason.slice(0, REASON_MAX_CHARACTERS) });
    },
  };
  if (state.receiver) state.receiver(offer);
  else state.unclaimed.push(offer);
}

function whyFull(state: State): string | null {
  if (usedPlaces(state) >= STREAMS_MAX) return TOO_MANY;
  return state.offered.size >= OFFERS_MAX ? `more than ${OFFERS_MAX} streams wait for an answer` : null;
}

/** An offer that is over gives a stream that is, too. */
function accept(state: State, number: number): TunnelStream {
  const offered = state.offered.get(number);
  state.offered.delete(number);
  const leg = state.options.routes.createLeg();
  leg.connect(offered?.remoteId ?? 0);
  const stream = begin(state, number, { leg, inbox: createInbox() });
  if (offered) state.options.say({ kind: 'accepted', number, id: leg.id });
  else stream.destroy(state.over ?? new TunnelStreamError('reset', 'the peer no longer wants the stream'));
  return stream;
}

function begin(state: State, number: number, { leg, inbox }: Pick<Asked, 'leg' | 'inbox'>): TunnelStream {
  const { SecretStream, isInitiator, keys, sendDatagram, onHeard, onBytes } = state.options;
  const stream = createTunnelStream({
    number,
    onBytes,
    open: (handlers) => {
      const onMessage = (message: Uint8Array): void => {
        onHeard();
        handlers.onMessage(message);
      };
      const wiring = { SecretStream, raw: leg.raw, isInitiator, keys: keys.stream(number), maxBytes: FRAME_MAX_BYTES };
      return openSecureStream({ ...wiring, ...handlers, onMessage });
    },
    sendDatagram: (bytes) => state.opened.get(number)?.stream === stream && sendDatagram(number, bytes),
    onDatagram: inbox.onDatagram,
    onLeave: (secure) => {
      const closing = secure.close().finally(() => state.leaving.delete(closing));
      state.leaving.add(closing);
    },
  });
  state.opened.set(number, { stream, inbox });
  stream.once('close', () => state.opened.delete(number));
  return stream;
}

function endAll(state: State, error: TunnelStreamError): void {
  state.over = error;
  for (const { leg, answer } of state.asked.values()) {
    leg.raw.destroy();
    answer.reject(error);
  }
  state.asked.clear();
  for (const { controller } of state.offered.values()) controller.abort(error);
  state.offered.clear();
  for (const { stream } of state.opened.values()) stream.destroy(error);
}
