/** Puts a session together: its control stream, its streams, its datagrams, and the path that all of them take. */

import { explainEnd } from '../../punch/path/end.ts';
import type { Carrier } from '../carrier.ts';
import { TunnelStreamError } from '../errors.ts';
import type { Agreement } from '../handshake/agreement.ts';
import type { TunnelEnd } from '../tunnel.ts';
import { atMost } from './at-most.ts';
import { type Control, createControl } from './control/control.ts';
import type { ControlMessage } from './control/control-message.ts';
import { createOpen, createSeal, type Datagram, SEAL_BYTES } from './datagram/sealed-datagram.ts';
import { type SessionKeys, sessionKeys } from './keys.ts';
import { createLiveness, type Liveness } from './liveness.ts';
import type { Leg, Routes } from './native/routes.ts';
import type { SecretStreamLibrary } from './native/secret-stream.ts';
import type { Session } from './session.ts';
import { createStreams, type Streams } from './stream/streams.ts';

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
/** How often the end is said by datagrams then, of which each may be lost. */
const GOODBYE_DATAGRAMS = 3;

interface State {
  readonly options: SessionOptions;
  readonly seal: (datagram: Datagram) => Uint8Array;
  readonly openSealed: (bytes: Uint8Array) => Datagram | null;
  readonly liveness: Liveness;
  readonly streams: Streams;
  readonly control: Control;
  readonly closed: PromiseWithResolvers<TunnelEnd>;
  /** The path of now; null when it has ended and there is no other one yet. */
  path: ShakenCarrier | null;
  /** What ends the session when no path comes. */
  patience: NodeJS.Timeout | undefined;
  ending: Promise<void> | null;
  /** The former paths that are being left. */
  readonly leaving: Set<Promise<void>>;
  readonly bytes: { sent: number; received: number };
}

export function createSession(options: SessionOptions): MovableSession {
  const { agreement, routes } = options;
  const keys = sessionKeys(agreement);
  // The path may have got another route during the handshake, and control is connected by the route of now.
  void routes.use(options.shaken.carrier.route());
  const state = createState(options, keys);
  takePath(state, options.shaken);
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

function createState(options: SessionOptions, keys: SessionKeys): State {
  const { SecretStream, agreement, routes, control } = options;
  const seal = createSeal(keys.datagrams.tx);
  const send = (datagram: Datagram): void => void state.path?.carrier.send(seal(datagram));
  const liveness = createLiveness({ send, payload: () => state.control.heard() });
  const common = {
    ...{ SecretStream, isInitiator: agreement.role === 'initiator', keys, routes },
    onHeard: liveness.heard,
  };
  const state: State = {
    ...{ options, seal, openSealed: createOpen(keys.datagrams.rx), liveness, bytes: { sent: 0, received: 0 } },
    ...{ closed: Promise.withResolvers(), path: null, patience: undefined, ending: null, leaving: new Set() },
    streams: createStreams({
      ...common,
      say: (message) => state.control.say(message),
      sendDatagram: (number, bytes) => sendDatagram(state, number, bytes),
      onThrown: (error) => void endSession(state, { reason: 'broken', error }),
      onBytes: (direction, bytes) => {
        state.bytes[direction] += bytes;
      },
    }),
    control: createControl({
      ...common,
      first: { leg: control, peerId: agreement.peer.control },
      sendDatagram: send,
      onMessage: (message) => hearControl(state, message),
      onOverflow: () =>
        void endSession(state, { reason: 'path-lost', detail: 'the peer does not take what it is told' }),
    }),
  };
  return state;
}

function hearControl(state: State, message: ControlMessage): void {
  if (state.ending) return;
  if (message.kind === 'bye') void endSession(state, { reason: 'peer-left' });
  else state.streams.hear(message);
}

function hearSealed(state: State, bytes: Uint8Array): void {
  const datagram = state.openSealed(bytes);
  if (!datagram || state.ending) return;
  state.liveness.heard();
  switch (datagram.kind) {
    case 'stream':
      state.streams.hearDatagram(datagram.number, datagram.payload);
      return;
    case 'ping':
    case 'pong':
      state.control.hearHeard(datagram.payload);
      state.liveness.hearDatagram(datagram);
      return;
    case 'control':
    case 'renew':
      state.control.hearDatagram(datagram);
      return;
    case 'bye':
      void endSession(state, { reason: 'peer-left' });
  }
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

/** Takes the first path, or another one: then the former one is left as soon as nothing takes it any more. */
function takePath(state: State, shaken: ShakenCarrier): void {
  const former = state.path;
  const { routes, outliveMs } = state.options;
  const { carrier } = shaken;
  state.path = shaken;
  clearTimeout(state.patience);
  shaken.onSealed((bytes) => hearSealed(state, bytes));
  carrier.onRoute((route) => {
    if (state.path === shaken) void routes.change(route);
  });
  track(
    state,
    routes.use(carrier.route()).then(() => leave(former)),
  );
  void carrier.closed.then((end) => {
    if (end.reason === 'broken') void endSession(state, { reason: 'broken', error: end.error });
    if (state.path !== shaken || state.ending) return;
    state.path = null;
    const detail = `there is no path to the peer any more: ${explainEnd(end)}`;
    state.patience = setTimeout(() => void endSession(state, { reason: 'path-lost', detail }), outliveMs);
    track(state, leave(shaken));
  });
  state.liveness.ping();
}

function moveTo(state: State, shaken: ShakenCarrier): void {
  takePath(state, shaken);
  state.control.renew();
  state.streams.resume();
}

function endSession(state: State, end: TunnelEnd): Promise<void> {
  state.ending ??= finishSession(state, end);
  return state.ending;
}

async function finishSession(state: State, end: TunnelEnd): Promise<void> {
  const { streams, control, liveness, path, options } = state;
  // Whoever ends it goes on first: it may be a stream, or control itself.
  await Promise.resolve();
  clearTimeout(state.patience);
  streams.endAll(new TunnelStreamError('lost', explain(end)));
  if ((end.reason === 'own-end' || end.reason === 'broken') && path) {
    control.say({ kind: 'bye' });
    await atMost(GOODBYE_MS, control.flushed());
    // A busy peer may not have read that by now, and the end of the path, which comes next, would look like a lost one.
    for (let sends = 0; sends < GOODBYE_DATAGRAMS; sends++) {
      path.carrier.send(state.seal({ kind: 'bye', number: 0, payload: new Uint8Array() }));
    }
  }
  control[Symbol.dispose]();
  liveness[Symbol.dispose]();
  options.routes.closeAll();
  await Promise.all([leave(path), ...state.leaving]);
  state.closed.resolve(end);
}

function track({ leaving }: State, left: Promise<void>): void {
  leaving.add(left);
  void left.then(() => leaving.delete(left));
}

/** Leaves a path. Never rejects: what has broken the path was told by its `closed`. */
async function leave(path: ShakenCarrier | null): Promise<void> {
  try {
    await path?.[Symbol.asyncDispose]();
  } catch {}
}

function explain(end: TunnelEnd): string {
  switch (end.reason) {
    case 'peer-left':
      return 'the peer has closed the tunnel';
    case 'path-lost':
      return end.detail;
    case 'peer-restarted':
      return 'the peer has been restarted';
    case 'broken':
      return 'a callback of this side has thrown';
    case 'own-end':
      return 'this side has closed the tunnel';
  }
}
