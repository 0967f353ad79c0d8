/**
 * The birthday technique: the moving side sends from many sockets, for each of which its NAT draws a port; the other side
 * probes ports that it draws itself. Where the two meet, both NATs are open, whichever packet came first, and a check from
 * one side arrives at a socket of the other, which the ICE agent then takes over.
 *
 * A router of the other side that answers early packets itself (see second-try.ts) would spoil every port that it hears from
 * before it has probed it, and once one of these is probed, all later probes leave from another port. So the moving side sends
 * from as many sockets again with packets that end on the way: they only open its own NATs, and wait for the probes. Toward
 * a side that is known to have such a router, all packets of the first round end on the way. They go past one NAT at first;
 * when half of the probes are out, past four, which may be as far as the peer. The checks of the agent wait until then: they
 * would spoil the port of its own socket.
 */
import type { Endpoint } from '../../../endpoint.ts';
import type { Arrival } from '../../../session.ts';
import { checkIntegrity, shortTermKey } from '../../../stun/integrity.ts';
import { PUNCH_SOCKET } from '../candidates/candidate-agent.ts';
import { isThroughRelay } from '../outcome/endpoints-in-use.ts';
import { BIRTHDAY_MARGIN_MS, BIRTHDAY_RATE, birthdayOf, QUIET_GROUPS } from './choose-technique.ts';
import { encodeOpener } from './opener.ts';
import type { Technique, TechniqueFacts } from './technique.ts';
import { createDraw, createVolley, type Volley } from './volley.ts';

/** The TTLs of packets that end on the way, in turn. Most symmetric NATs are the only one in a row; 5 passes up to four. */
const QUIET_TTLS = [2, 2, 2, 5] as const;
/** Those toward a router that answers early packets: at first, and from half of the first round on. */
const NEAR_TTLS = [2] as const;
const FAR_TTLS = [5] as const;

/** Sockets that send alike, at a rate of their own. */
interface Group {
  /** What the names of its sockets begin with. */
  readonly prefix: string;
  readonly count: number;
  /** The TTLs of its packets, in turn; null where they are to arrive. */
  ttls: readonly number[] | null;
  /** Those that are open, in the order in which they send. */
  readonly opened: string[];
  volley: Volley<number>;
}

interface State extends TechniqueFacts {
  /** Where the openers send to; null until the peer has shown from which port it sends. */
  target: Endpoint | null;
  /** The integrity key of the peer's checks. */
  readonly key: Uint8Array;
  /** When each round begins. */
  readonly starts: readonly number[];
  /** When the sockets of the first round send again, farther; Infinity where they do not, or have begun to. */
  fartherAt: number;
  /** The sockets that are open, and where they are bound. */
  readonly locals: Map<string, Endpoint>;
  round: number;
  /** The sockets of this round. */
  groups: readonly Group[];
  hasAsked: boolean;
  /** Whether the checks of the agent have to wait, which would arrive early too. */
  isHeld: boolean;
  isOver: boolean;
}

/**
 * Creates the moving side. Its second round uses fresh sockets, and begins when the other side has sent all its probes. It
 * has the same odds again, even through a router that answered the packets of the first round itself.
 */
export function createOpeners(facts: TechniqueFacts): Technique {
  const { own, startAt, isShown, peer } = facts;
  const key = shortTermKey(own.credentials.pwd);
  const { probes } = birthdayOf(own.allocation);
  const probingMs = (probes * 1000) / BIRTHDAY_RATE;
  const starts = [startAt, startAt + probingMs + BIRTHDAY_MARGIN_MS];
  const fartherAt = isQuiet(facts) ? startAt + probingMs / 2 : Number.POSITIVE_INFINITY;
  const state: State = {
    ...{ ...facts, key, starts, fartherAt, locals: new Map(), round: 0, hasAsked: false, isOver: false },
    isHeld: isQuiet(facts),
    target: isShown ? null : peer,
    groups: firstGroups(facts),
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
    mayBegin: () => !state.isHeld,
    stop: () => stop(state),
  };
}

/** Whether nothing may arrive at the peer before its probe has left. */
function isQuiet({ isShown, other }: TechniqueFacts): boolean {
  return !isShown && other.isSpoilt === true;
}

function firstGroups(facts: TechniqueFacts): readonly Group[] {
  const { own, startAt, isShown } = facts;
  const { sockets, quietSockets } = birthdayOf(own.allocation);
  if (isQuiet(facts)) {
    const count = sockets + quietSockets;
    return Array.from({ length: QUIET_GROUPS }, (_, index) => {
      const share = Math.floor((count + index) / QUIET_GROUPS);
      return createGroup(`quiet ${index} `, { count: share, ttls: NEAR_TTLS, startAt });
    });
  }
  return [
    createGroup('birthday 0 ', { count: sockets, ttls: null, startAt }),
    // Where the peer is not known before its packet has come in, no router of this side minds.
    createGroup('quiet 0 ', { count: isShown ? 0 : quietSockets, ttls: QUIET_TTLS, startAt }),
  ];
}

function createGroup(
  prefix: string,
  { count, ttls, startAt }: Pick<Group, 'count' | 'ttls'> & { readonly startAt: number },
): Group {
  return { prefix, count, ttls, opened: [], volley: volleyOf(count, startAt) };
}

function volleyOf(count: number, startAt: number): Volley<number> {
  return createVolley({ count, perSecond: BIRTHDAY_RATE, startAt, make: (index) => index });
}

/** Sends to that endpoint from now on, from all sockets of this round. */
function aim(now: number, state: State, target: Endpoint): void {
  state.target = target;
  for (const group of state.groups) group.volley = volleyOf(group.count, Math.max(now, state.startAt));
}

function advance(now: number, state: State): number {
  if (state.isOver) return Number.POSITIVE_INFINITY;
  const laterAt = nextStart(state);
  if (now >= laterAt) beginRound(state, laterAt);
  if (now >= state.fartherAt) sendFarther(state);
  if (!state.hasAsked) {
    state.hasAsked = true;
    for (const group of state.groups) openAll(state, group);
  }
  return Math.min(nextStart(state), state.fartherAt, ...state.groups.map((group) => send(now, state, group)));
}

/** Has every socket of this round send once more, past as many NATs as it can. */
function sendFarther(state: State): void {
  for (const group of state.groups) {
    group.ttls = FAR_TTLS;
    group.volley = volleyOf(group.count, state.fartherAt);
  }
  state.fartherAt = Number.POSITIVE_INFINITY;
  state.isHeld = false;
}

function openAll({ emit }: State, { prefix, count }: Group): void {
  for (let index = 0; index < count; index++) emit({ kind: 'open', socket: prefix + index });
}

/** Sends the packet of the group that is due; returns when the next one will be. */
function send(now: number, state: State, { opened, ttls, volley }: Group): number {
  const { target: to, emit } = state;
  if (!to || volley.sent() === opened.length) return Number.POSITIVE_INFINITY;
  const next = volley.next(now);
  if ('until' in next) return next.until;
  const packet = { kind: 'transmit', socket: opened[next.item] ?? '', to, bytes: encodeOpener(state) } as const;
  const ttl = ttls?.[next.item % ttls.length];
  emit(ttl === undefined ? packet : { ...packet, ttl });
  return now;
}

/** Returns when the next round begins; Infinity in the last round. */
function nextStart({ starts, round }: State): number {
  return starts[round + 1] ?? Number.POSITIVE_INFINITY;
}

function beginRound(state: State, startAt: number): void {
  closeAll(state);
  state.round++;
  state.hasAsked = false;
  state.fartherAt = Number.POSITIVE_INFINITY;
  const { sockets: count } = birthdayOf(state.own.allocation);
  state.groups = [createGroup(`birthday ${state.round} `, { count, ttls: null, startAt })];
}

function handleOpened(state: State, socket: string, local: Endpoint | null): void {
  if (local === null) return;
  const group = state.groups.find(({ prefix }) => socket.startsWith(prefix));
  if (state.isOver || !group) {
    state.emit({ kind: 'close', socket });
    return;
  }
  group.opened.push(socket);
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
  state.isHeld = false;
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
