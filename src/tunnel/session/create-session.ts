/** Puts a session together: its control stream, its streams, its datagrams, and the path that all of them take. */

import { explainEnd } from '../../punch/path/end.ts';
import type { Carrier } from '../carrier.ts';
import { TunnelStreamError } from '../errors.ts';
import type { Agreement } from '../handshake/agreement.ts';
import type { TunnelEnd } from '../tunnel.ts';
import { CONTROL_MAX_BYTES, decodeControl, encodeControl } from './control-message.ts';
import { sessionKeys } from './keys.ts';
import { createLiveness, type Liveness } from './liveness.ts';
import type { Leg, Routes } from './routes.ts';
import { createOpen, createSeal, type Datagram, SEAL_BYTES } from './sealed-datagram.ts';
import type { SecretStreamLibrary } from './secret-stream.ts';
import { openSecureStream, type SecureStream } from './secure-stream.ts';
import type { Session } from './session.ts';
import { createStreams, type Streams } from './streams.ts';

/** A path over which the handshake was made. Disposing of it ends the path. */
export interface ShakenCarrier extends AsyncDisposable {
  readonly carrier: Carrier;
  /** Sets the one receiver of the datagrams that are none of the handshake. */
  readonly onSealed: (receive: (bytes: Uint8Array) => void) => void;
}

export interface SessionOptions {
  readonly SecretStream: SecretStreamLibrary;
  readonly agreement: Agreement;
  readonly shaken: ShakenCarrier;
  readonly routes: Routes;
  /** The native stream whose id was told in the handshake. */
  readonly control: Leg;
  readonly outliveMs: number;
}

export interface MovableSession extends Session {
  /** Goes on over another path, after a handshake there in which both sides have named this session. */
  readonly moveTo: (shaken: ShakenCarrier) => void;
}

/** How long the last messages are given to reach the peer when this side ends the session. */
const GOODBYE_MS = 1_000;
/** How many messages of control may wait to be sent: a peer that asks for more without taking the answers is left. */
const CONTROL_QUEUE_MAX = 4_096;

interface State {
  readonly options: SessionOptions;
  readonly seal: (datagram: Datagram) => Uint8Array;
  readonly openSealed: (bytes: Uint8Array) => Datagram | null;
  readonly liveness: Liveness;
  readonly streams: Streams;
  readonly control: SecureStream;
  readonly closed: PromiseWithResolvers<TunnelEnd>;
  /** The path of now; null when it has ended and there is no other one yet. */
  path: ShakenCarrier | null;
  /** What ends the session when no path comes. */
  patience: NodeJS.Timeout | undefined;
  ending: Promise<void> | null;
  unsent: number;
  bytes: { sent: number; received: number };
}

export function createSession(options: SessionOptions): MovableSession {
  const { agreement, routes } = options;
  const keys = sessionKeys(agreement);
  const state = createState(options, keys);
  moveTo(state, options.shaken);
  const { streams, liveness } = state;
  return {
    ...{ id: keys.id, fingerprint: agreement.fingerprint, role: agreement.role },
    peerInstance: agreement.peer.instance,
    open: streams.open,
    onOffer: streams.onOffer,
    maxDatagram: () => maxDatagram(state),
    stats: () => ({
      path: state.path ? routes.current().kind : null,
      rttMs: liveness.rttMs(),
      bytesSent: state.bytes.sent,
      bytesReceived: state.bytes.received,
      streams: streams.count(),
    }),
    quietForMs: liveness.quietForMs,
    isOver: () => state.ending !== null,
    moveTo: (shaken) => moveTo(state, shaken),
    end: (end) => endSession(state, end),
    closed: state.closed.promise,
    [Symbol.asyncDispose]: () => endSession(state, { reason: 'own-end' }),
  };
}

function createState(options: SessionOptions, keys: ReturnType<typeof sessionKeys>): State {
  const { SecretStream, agreement, routes, control } = options;
  const isInitiator = agreement.role === 'initiator';
  const seal = createSeal(keys.datagrams.tx);
  const liveness = createLiveness((datagram) => void state.path?.carrier.send(seal(datagram)));
  control.connect(agreement.peer.control);
  const state: State = {
    ...{ options, seal, openSealed: createOpen(keys.datagrams.rx), liveness },
    ...{ closed: Promise.withResolvers(), path: null, patience: undefined, ending: null, unsent: 0 },
    bytes: { sent: 0, received: 0 },
    streams: createStreams({
      ...{ SecretStream, isInitiator, keys, routes, onHeard: liveness.heard },
      say: (message) => say(state, encodeControl(message)),
      sendDatagram: (number, bytes) => sendDatagram(state, number, bytes),
      onBytes: (direction, bytes) => {
        state.bytes[direction] += bytes;
      },
    }),
    control: openSecureStream({
      ...{ SecretStream, isInitiator, raw: control.raw, keys: keys.stream(0), maxBytes: CONTROL_MAX_BYTES },
      onMessage: (message) => hearControl(state, message),
      onDrain: () => {
        state.unsent = 0;
      },
      onClosed: () =>
        void endSession(state, { reason: 'path-lost', detail: 'what goes between the two sides was interrupted' }),
    }),
  };
  return state;
}

function say(state: State, message: Uint8Array): void {
  if (state.control.write([message]) || ++state.unsent < CONTROL_QUEUE_MAX) return;
  void endSession(state, { reason: 'path-lost', detail: 'the peer does not take what this side tells it' });
}

function hearControl(state: State, bytes: Uint8Array): void {
  state.liveness.heard();
  const message = decodeControl(bytes);
  if (!message || state.ending) return;
  if (message.kind === 'bye') void endSession(state, { reason: 'peer-left' });
  else state.streams.hear(message);
}

function hearSealed(state: State, bytes: Uint8Array): void {
  const datagram = state.openSealed(bytes);
  if (!datagram || state.ending) return;
  state.liveness.heard();
  if (datagram.kind === 'stream') state.streams.hearDatagram(datagram.number, datagram.payload);
  else state.liveness.hearDatagram(datagram);
}

function maxDatagram({ path }: State): number {
  return path ? Math.max(0, path.carrier.maxDatagram() - SEAL_BYTES) : 0;
}

function sendDatagram(state: State, number: number, payload: Uint8Array): boolean {
  if (!state.path || payload.length > maxDatagram(state)) return false;
  const isSent = state.path.carrier.send(state.seal({ kind: 'stream', number, payload }));
  if (isSent) state.bytes.sent += payload.length;
  return isSent;
}

/** The former path is left once nothing is on its way there any more: what comes by it until then still counts. */
function moveTo(state: State, shaken: ShakenCarrier): void {
  const former = state.path;
  const { routes, outliveMs } = state.options;
  const { carrier } = shaken;
  state.path = shaken;
  clearTimeout(state.patience);
  state.patience = undefined;
  shaken.onSealed((bytes) => hearSealed(state, bytes));
  carrier.onRoute((route) => {
    if (state.path === shaken) void routes.change(route);
  });
  const moved = routes.change(carrier.route());
  void moved.then(() => former?.[Symbol.asyncDispose]());
  void carrier.closed.then((end) => {
    if (state.path !== shaken || state.ending) return;
    state.path = null;
    const detail = `there is no path to the peer any more: ${explainEnd(end)}`;
    state.patience = setTimeout(() => void endSession(state, { reason: 'path-lost', detail }), outliveMs);
    void shaken[Symbol.asyncDispose]();
  });
  state.liveness.ping();
}

function endSession(state: State, end: TunnelEnd): Promise<void> {
  state.ending ??= finishSession(state, end);
  return state.ending;
}

async function finishSession(state: State, end: TunnelEnd): Promise<void> {
  const { streams, control, liveness, path, options } = state;
  await Promise.resolve();
  clearTimeout(state.patience);
  streams.endAll(new TunnelStreamError('lost', explain(end)));
  if (end.reason === 'own-end') await atMost(GOODBYE_MS, sayGoodbye(state));
  else control.destroy();
  liveness[Symbol.dispose]();
  options.routes.closeAll();
  await path?.[Symbol.asyncDispose]();
  state.closed.resolve(end);
}

/** First what the streams still have to deliver, since the peer ends them when it hears that this side leaves. */
async function sayGoodbye({ streams, control }: State): Promise<void> {
  await streams.settled();
  control.write([encodeControl({ kind: 'bye' })]);
  await control.close();
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

function explain(end: TunnelEnd): string {
  switch (end.reason) {
    case 'peer-left':
      return 'the peer has closed the tunnel';
    case 'path-lost':
      return end.detail;
    case 'peer-restarted':
      return 'the peer has been restarted';
    case 'own-end':
      return 'this side has closed the tunnel';
  }
}
