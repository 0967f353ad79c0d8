/**
 * The control stream of a session: messages that come once and in order, whatever becomes of the native streams that carry them.
 * Each is kept until the peer says, with its pings, that it has it. The initiator makes a new native stream when the path has
 * changed or the last one was lost; both sides tell each other its ids by datagrams, since there is nothing else by then.
 *
 *     0                 6
 *     +-----------------+------------------ ...
 *     | count           | message
 *     +-----------------+------------------ ...
 */

import type { Datagram } from '../datagram/sealed-datagram.ts';
import type { SessionKeys } from '../keys.ts';
import type { Leg, Routes } from '../native/routes.ts';
import type { SecretStreamLibrary } from '../native/secret-stream.ts';
import { openSecureStream, type SecureStream } from '../native/secure-stream.ts';
import { CONTROL_MAX_BYTES, type ControlMessage, decodeControl, encodeControl } from './control-message.ts';

const COUNT_BYTES = 6;
const ID_BYTES = 4;
/** How often a native stream is asked for, or told, until the peer answers. */
const ASK_MS = 200;
/** How many messages may wait for the peer: one that asks and does not listen is left. */
const UNHEARD_MAX = 4_096;

export interface ControlOptions {
  readonly SecretStream: SecretStreamLibrary;
  readonly isInitiator: boolean;
  readonly keys: SessionKeys;
  readonly routes: Routes;
  /** The first native stream of both sides, as told in the handshake. */
  readonly first: { readonly leg: Leg; readonly peerId: number };
  readonly sendDatagram: (datagram: Datagram) => void;
  readonly onMessage: (message: ControlMessage) => void;
  /** Something that the peer has authenticated has come. */
  readonly onHeard: () => void;
  /** Called when the peer does not take what it is told. */
  readonly onOverflow: () => void;
}

export interface Control extends Disposable {
  readonly say: (message: ControlMessage) => void;
  /** Takes the datagrams of the kinds `control` and `renew`. */
  readonly hearDatagram: (datagram: Datagram) => void;
  /** The path has changed. */
  readonly renew: () => void;
  /** Returns how many messages have come, for the pings. */
  readonly heard: () => Uint8Array;
  /** Takes what the peer's ping says of that. */
  readonly hearHeard: (payload: Uint8Array) => void;
  /** Resolves once everything sent has been acknowledged, or the native stream is lost. */
  readonly flushed: () => Promise<void>;
}

interface State {
  readonly options: ControlOptions;
  readonly unheard: { readonly count: number; readonly message: Uint8Array }[];
  said: number;
  /** The last message that the native stream was given. */
  sent: number;
  /** Whether it takes more now. */
  isDrained: boolean;
  heard: number;
  epoch: number;
  leg: Leg;
  secure: SecureStream | null;
  /** What is said again and again until the peer answers. */
  ask: NodeJS.Timeout | undefined;
  isOver: boolean;
}

export function createControl(options: ControlOptions): Control {
  const { leg, peerId } = options.first;
  const state: State = {
    ...{ options, unheard: [], said: 0, sent: 0, heard: 0, epoch: 0, leg, secure: null },
    ...{ isDrained: true, ask: undefined, isOver: false },
  };
  leg.connect(peerId);
  begin(state);
  return {
    say: (message) => say(state, encodeControl(message)),
    hearDatagram: (datagram) => hearDatagram(state, datagram),
    renew: () => {
      if (options.isInitiator) renew(state);
    },
    heard: () => countBytes(state.heard),
    hearHeard: (payload) => {
      if (payload.length < COUNT_BYTES) return;
      const count = readCount(payload);
      while (state.unheard[0] && state.unheard[0].count <= count) state.unheard.shift();
    },
    flushed: () => state.secure?.flushed() ?? Promise.resolve(),
    [Symbol.dispose]: () => {
      state.isOver = true;
      clearInterval(state.ask);
      state.secure?.destroy();
    },
  };
}

function say(state: State, message: Uint8Array): void {
  if (state.isOver) return;
  state.unheard.push({ count: ++state.said, message });
  pump(state);
  if (state.unheard.length > UNHEARD_MAX) state.options.onOverflow();
}

/** Gives the native stream what it has not been given, while it takes more. */
function pump(state: State): void {
  const { secure, unheard } = state;
  if (!secure) return;
  const given = Math.max(0, state.sent + 1 - (unheard[0]?.count ?? 0));
  for (const { count, message } of unheard.slice(given)) {
    if (!state.isDrained) return;
    state.sent = count;
    state.isDrained = secure.write([countBytes(count), message]);
  }
}

/** Opens the secret stream over the native one, which is connected, and says what the peer may not have heard. */
function begin(state: State): void {
  const { SecretStream, isInitiator, keys, onHeard } = state.options;
  const secure = openSecureStream({
    ...{ SecretStream, isInitiator, raw: state.leg.raw, keys: keys.stream(0, state.epoch) },
    maxBytes: COUNT_BYTES + CONTROL_MAX_BYTES,
    onMessage: (bytes) => {
      if (state.secure !== secure) return;
      onHeard();
      hear(state, bytes);
    },
    onDrain: () => {
      if (state.secure !== secure) return;
      state.isDrained = true;
      pump(state);
    },
    onClosed: () => {
      if (state.secure !== secure || state.isOver) return;
      state.secure = null;
      if (isInitiator) renew(state);
      else askUntilAnswered(state, { kind: 'renew', number: state.epoch, payload: new Uint8Array() });
    },
  });
  Object.assign(state, { secure, sent: 0, isDrained: true });
  pump(state);
}

function hear(state: State, bytes: Uint8Array): void {
  if (bytes.length < COUNT_BYTES || readCount(bytes) !== state.heard + 1) return;
  state.heard++;
  const message = decodeControl(bytes.subarray(COUNT_BYTES));
  if (message) state.options.onMessage(message);
}

function hearDatagram(state: State, { kind, number, payload }: Datagram): void {
  if (state.isOver) return;
  if (kind === 'renew') {
    if (state.options.isInitiator && number === state.epoch) renew(state);
    return;
  }
  if (payload.length < ID_BYTES) return;
  const peerId = Buffer.from(payload).readUInt32BE();
  if (state.options.isInitiator) hearAnswer(state, number, peerId);
  else answer(state, number, peerId);
}

function renew(state: State): void {
  startOver(state, state.epoch + 1);
  askUntilAnswered(state, ownLeg(state));
}

/** The initiator hears the id of the responder's native stream. */
function hearAnswer(state: State, epoch: number, peerId: number): void {
  if (epoch !== state.epoch || state.secure) return;
  clearInterval(state.ask);
  state.leg.connect(peerId);
  begin(state);
}

/** The responder hears of the initiator's native stream, perhaps again. */
function answer(state: State, epoch: number, peerId: number): void {
  if (epoch > state.epoch) {
    startOver(state, epoch);
    clearInterval(state.ask);
    state.leg.connect(peerId);
    begin(state);
  }
  if (epoch === state.epoch) state.options.sendDatagram(ownLeg(state));
}

/** Leaves the native stream for a new one. */
function startOver(state: State, epoch: number): void {
  const { secure, leg } = state;
  state.secure = null;
  secure?.destroy();
  leg.raw.destroy();
  state.epoch = epoch;
  state.leg = state.options.routes.createLeg();
}

function ownLeg({ epoch, leg }: State): Datagram {
  const payload = Buffer.alloc(ID_BYTES);
  payload.writeUInt32BE(leg.id);
  return { kind: 'control', number: epoch, payload };
}

function askUntilAnswered(state: State, datagram: Datagram): void {
  clearInterval(state.ask);
  state.ask = setInterval(state.options.sendDatagram, ASK_MS, datagram);
  state.options.sendDatagram(datagram);
}

function countBytes(count: number): Uint8Array {
  const bytes = Buffer.alloc(COUNT_BYTES);
  bytes.writeUIntBE(count, 0, COUNT_BYTES);
  return bytes;
}

function readCount(bytes: Uint8Array): number {
  return Buffer.from(bytes.subarray(0, COUNT_BYTES)).readUIntBE(0, COUNT_BYTES);
}
