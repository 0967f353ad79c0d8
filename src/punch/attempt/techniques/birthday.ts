/**
 * The birthday technique: the moving side sends from many sockets, for each of which its NAT draws a port; the other side
 * probes ports that it draws itself. Where the two meet, both NATs are open, whichever packet came first, and a check from
 * one side arrives at a socket of the other, which the ICE agent then takes over.
 */
import type { Endpoint } from '../../../endpoint.ts';
import type { Arrival } from '../../../session.ts';
import { checkIntegrity, shortTermKey } from '../../../stun/integrity.ts';
import { PUNCH_SOCKET } from '../candidates/candidate-agent.ts';
import { isThroughRelay } from '../outcome/endpoints-in-use.ts';
import { BIRTHDAY_MARGIN_MS, BIRTHDAY_RATE, birthdayOf } from './choose-technique.ts';
import { encodeOpener } from './opener.ts';
import type { Technique, TechniqueFacts } from './technique.ts';
import { createDraw, createVolley, type Volley } from './volley.ts';

interface State extends TechniqueFacts {
  /** Where the openers send to; null until the peer has shown from which port it sends. */
  target: Endpoint | null;
  /** The integrity key of the peer's checks. */
  readonly key: Uint8Array;
  /** How many sockets a round has. */
  readonly count: number;
  /** When each round begins. */
  readonly starts: readonly number[];
  /** The sockets that are open, and where they are bound. */
  readonly locals: Map<string, Endpoint>;
  round: number;
  /** The sockets of this round, in the order in which they send. */
  opened: string[];
  hasAsked: boolean;
  volley: Volley<string>;
  isOver: boolean;
}

/**
 * Creates the moving side. Its second round uses fresh sockets, and begins when the other side has sent all its probes. It
 * has the same odds again, even through a router that answered the packets of the first round itself.
 */
export function createOpeners(facts: TechniqueFacts): Technique {
  const { own, startAt } = facts;
  const key = shortTermKey(own.credentials.pwd);
  const { sockets: count, probes } = birthdayOf(own.allocation);
  const starts = [startAt, startAt + (probes * 1000) / BIRTHDAY_RATE + BIRTHDAY_MARGIN_MS];
  const state: State = {
    ...{ ...facts, key, count, starts, locals: new Map(), round: 0, opened: [], hasAsked: false, isOver: false },
    target: facts.isShown ? null : facts.peer,
    volley: createVolley({ count, perSecond: BIRTHDAY_RATE, startAt, make: (index) => state.opened[index] ?? '' }),
  };
  return {
    advance: (now) => advance(now, state),
    handleOpened: (_now, socket, local) => handleOpened(state, socket, local),
    handlePorts: () => {},
    handleDatagram: (now, arrival) => handleDatagram(now, state, arrival),
    handleMoved: (now, peer) => {
      if (state.target) aim(now, state, peer);
    },
    handleEvent: (event) => {
      if (event.kind === 'pair-valid' && !isThroughRelay(event.pair) && !state.isOver) stop(state);
      const { target, peer } = state;
      const isShown = event.kind === 'check-received' && event.pair.remote.endpoint.address === peer.address;
      if (isShown && !target) aim(event.at, state, event.pair.remote.endpoint);
    },
    mayBegin: () => true,
    stop: () => stop(state),
  };
}

/** Sends to that endpoint from now on, from all sockets of this round. */
function aim(now: number, state: State, target: Endpoint): void {
  state.target = target;
  state.volley = volleyOf(state, Math.max(now, state.startAt));
}

function volleyOf(state: State, startAt: number): Volley<string> {
  const { count } = state;
  return createVolley({ count, perSecond: BIRTHDAY_RATE, startAt, make: (index) => state.opened[index] ?? '' });
}

function advance(now: number, state: State): number {
  if (state.isOver) return Number.POSITIVE_INFINITY;
  const laterAt = nextStart(state);
  if (now >= laterAt) beginRound(state, laterAt);
  if (!state.hasAsked) {
    state.hasAsked = true;
    for (let index = 0; index < state.count; index++) state.emit({ kind: 'open', socket: prefixOf(state) + index });
  }
  const until = nextStart(state);
  if (!state.target || state.volley.sent() === state.opened.length) return until;
  const next = state.volley.next(now);
  if ('until' in next) return Math.min(next.until, until);
  state.emit({ kind: 'transmit', socket: next.item, to: state.target, bytes: encodeOpener(state) });
  return now;
}

/** Returns when the next round begins; Infinity in the last round. */
function nextStart({ starts, round }: State): number {
  return starts[round + 1] ?? Number.POSITIVE_INFINITY;
}

function beginRound(state: State, startAt: number): void {
  closeAll(state);
  state.opened = [];
  state.round++;
  state.hasAsked = false;
  state.volley = volleyOf(state, startAt);
}

/** Returns the prefix of the names of this round's sockets. */
function prefixOf({ round }: State): string {
  return `birthday ${round} `;
}

function handleOpened(state: State, socket: string, local: Endpoint | null): void {
  if (local === null) return;
  if (state.isOver || !socket.startsWith(prefixOf(state))) {
    state.emit({ kind: 'close', socket });
    return;
  }
  state.opened.push(socket);
  state.locals.set(socket, local);
}

function handleDatagram(now: number, state: State, arrival: Arrival): boolean {
  const { socket } = arrival;
  const local = state.locals.get(socket);
  if (!local) return false;
  // Only the peer can have sent this check: nobody else knows the password.
  if (checkIntegrity(arrival.bytes, { algorithm: 'sha1', key: state.key }) !== 'valid') return true;
  stop(state, socket);
  state.agent.addLocalCandidate({ type: 'host', socket, endpoint: local });
  state.agent.handleDatagram(now, arrival);
  return true;
}

function stop(state: State, except?: string): void {
  state.isOver = true;
  closeAll(state, except);
}

function closeAll({ locals, emit }: State, except?: string): void {
  for (const socket of locals.keys()) if (socket !== except) emit({ kind: 'close', socket });
  locals.clear();
}

/** Creates the other side, which probes. */
export function createProber(facts: TechniqueFacts): Technique {
  const { peer, other, startAt, randomInteger, emit } = facts;
  const { first, ports, probes } = birthdayOf(other.allocation);
  const draw = createDraw({ first, count: ports, randomInteger });
  const volley = createVolley({ count: probes, perSecond: BIRTHDAY_RATE, startAt, make: draw });
  let isOver = false;
  return {
    advance: (now) => {
      if (isOver) return Number.POSITIVE_INFINITY;
      const next = volley.next(now);
      if ('until' in next) return next.until;
      const to = { address: peer.address, port: next.item ?? peer.port };
      emit({ kind: 'transmit', socket: PUNCH_SOCKET, to, bytes: encodeOpener(facts) });
      return now;
    },
    handleOpened: () => {},
    handlePorts: () => {},
    handleDatagram: () => false,
    handleEvent: (event) => {
      if (event.kind === 'check-received' && !isThroughRelay(event.pair)) isOver = true;
    },
    mayBegin: () => true,
    stop: () => {
      isOver = true;
    },
  };
}
