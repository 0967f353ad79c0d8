/**
 * The second try, for routers that answer packets from outside themselves. If the peer's packet arrives before the local one
 * has left, such a router keeps an entry for it, and the local packets then get another port, which the peer's router does
 * not let in. The entry lasts for half a minute. So where nothing has come in, both sides open fresh sockets and take turns:
 * the controlled side tells its endpoint; the controlling side opens its NATs toward it with packets that expire on the way,
 * and only then tells its endpoints. The first packet to arrive at either router is thus one that the router lets in.
 *
 * How many NATs a side has in a row is not known, and neither is how far the peer's router is. So the controlling side has a
 * fresh socket for each of several TTLs. Each is a try of its own: one whose packet expires before the outermost NAT, or
 * reaches the peer's router, spoils no other. At last, when the peer has sent to all of them, they check it in turn: its
 * router lets them in, and they get out unless an outer NAT of this side has kept an entry for the peer's packet.
 */

import type { Endpoint } from '../../../endpoint.ts';
import { candidatePriority } from '../../../ice/candidates/priority.ts';
import { MIN_TA_MS } from '../../../ice/checklist/pace.ts';
import type { Arrival } from '../../../session.ts';
import { createBinding, reflexiveEndpoint } from '../../../stun/binding.ts';
import { checkIntegrity, shortTermKey } from '../../../stun/integrity.ts';
import type { Transaction } from '../../../stun/transaction.ts';
import { isThroughRelay } from '../outcome/endpoints-in-use.ts';
import { encodeOpener, OPENER_TTLS } from './opener.ts';
import { SAMPLE_SCHEDULE, type Technique, type TechniqueFacts } from './technique.ts';

const AGAIN = 'again';
/** When the second try begins. Most paths are open by then, whatever the round trip; the checks of the first try go on meanwhile. */
const AFTER_MS = 600;

/** A fresh socket. */
interface Fresh {
  readonly socket: string;
  /** The TTL of the packet that opens the NATs of this side; null for a socket that checks at once. */
  readonly ttl: number | null;
  readonly sample: Transaction;
  /** Where it is bound, once it is open. */
  local: Endpoint | null;
  /** Whether the agent has it. */
  isJoined: boolean;
  /** Where the server sees it. */
  seenPort: number | null;
  isTold: boolean;
}

interface State extends TechniqueFacts {
  /** The integrity key of the peer's checks. */
  readonly key: Uint8Array;
  /** The sockets that could be opened, or may still be; null before they are asked for. */
  fresh: readonly Fresh[] | null;
  /** Where the peer's fresh sockets are. */
  readonly peerPorts: Set<number>;
  /** How many of them the agent has. */
  sentTo: number;
  /** When this side will have sent to all of them; Infinity when there is none, or the peer knows. */
  sentAt: number;
  /** Whether the peer has sent to every port that was told to it. */
  isPeerOpen: boolean;
  isOver: boolean;
}

export function createSecondTry(facts: TechniqueFacts): Technique {
  const key = shortTermKey(facts.own.credentials.pwd);
  const peerPorts = { peerPorts: new Set<number>(), sentTo: 0, sentAt: Number.POSITIVE_INFINITY };
  const state: State = { ...facts, ...peerPorts, key, fresh: null, isPeerOpen: false, isOver: false };
  return {
    advance: (now) => advance(now, state),
    handleOpened: (_now, socket, local) => handleOpened(state, socket, local),
    handlePorts: (ports) => handlePorts(state, ports),
    handleDatagram: (now, arrival) => handleDatagram(now, state, arrival),
    handleEvent: (event) => {
      if (event.kind === 'check-received' && !isThroughRelay(event.pair)) stop(state);
    },
    mayBegin: () => true,
    stop: () => stop(state),
  };
}

function advance(now: number, state: State): number {
  const { startAt, agent } = state;
  if (state.isOver) return Number.POSITIVE_INFINITY;
  if (now < startAt + AFTER_MS) return startAt + AFTER_MS;
  const isFirst = agent.role() === 'controlled';
  state.fresh ??= open(state, isFirst ? [null] : OPENER_TTLS);
  const samplesAt = state.fresh.map((one) => advanceSample(now, state, one));
  return Math.min(isFirst ? goFirst(now, state) : goSecond(state), ...samplesAt);
}

function open({ server, randomBytes, emit }: State, ttls: readonly Fresh['ttl'][]): readonly Fresh[] {
  const fresh = ttls.map((ttl, index) => ({
    ...{ socket: index === 0 ? AGAIN : `${AGAIN} ${index}`, ttl },
    sample: createBinding({ server, randomBytes, schedule: SAMPLE_SCHEDULE }),
    ...{ local: null, isJoined: false, seenPort: null, isTold: false },
  }));
  for (const { socket } of fresh) emit({ kind: 'open', socket });
  return fresh;
}

function handleOpened(state: State, socket: string, local: Endpoint | null): void {
  const opened = state.fresh?.find((one) => one.socket === socket);
  if (opened && !state.isOver) opened.local = local;
  else if (local) state.emit({ kind: 'close', socket });
  if (!local) state.fresh = state.fresh?.filter((one) => one !== opened) ?? null;
}

function advanceSample(now: number, { server, emit }: State, { socket, sample, local, seenPort }: Fresh): number {
  if (!local || seenPort !== null) return Number.POSITIVE_INFINITY;
  const step = sample.next(now);
  switch (step.kind) {
    case 'send':
      emit({ kind: 'transmit', socket, to: server, bytes: step.bytes });
      return now;
    case 'wait':
      return step.until;
    case 'given-up':
      return Number.POSITIVE_INFINITY;
  }
}

/** Takes the ports that the peer tells: one from the side that goes first, one for each TTL from the other. */
function handlePorts(state: State, ports: readonly number[]): void {
  const { peerPorts } = state;
  const most = state.agent.role() === 'controlled' ? OPENER_TTLS.length : 1;
  for (const port of ports) if (peerPorts.size < most) peerPorts.add(port);
  state.isPeerOpen ||= ports.length === 0;
}

function handleDatagram(now: number, state: State, arrival: Arrival): boolean {
  const one = state.fresh?.find(({ socket, isJoined }) => socket === arrival.socket && !isJoined);
  if (!one) return false;
  const seen = reflexiveEndpoint(one.sample.receive(now, arrival));
  if (seen) one.seenPort ??= seen.port;
  // Only the peer can have sent this check: nobody else knows the password.
  else if (checkIntegrity(arrival.bytes, { algorithm: 'sha1', key: state.key }) === 'valid') join(state, one);
  return !one.isJoined;
}

/** Tells the peer this side's port, checks the ports that the peer tells, and then says so. Returns when there is more to do. */
function goFirst(now: number, state: State): number {
  const { fresh, peerPorts, emit } = state;
  const [own] = fresh ?? [];
  if (!own || own.seenPort === null) return Number.POSITIVE_INFINITY;
  if (!own.isTold) tell(state, [own]);
  if (peerPorts.size > state.sentTo) {
    join(state, own);
    for (const port of peerPorts) checkPort(state, port);
    state.sentTo = peerPorts.size;
    state.sentAt = now + (peerPorts.size + 1) * MIN_TA_MS;
  }
  if (state.sentAt > now) return state.sentAt;
  state.sentAt = Number.POSITIVE_INFINITY;
  emit({ kind: 'tell', signal: { type: 'ports', ports: [] } });
  return state.sentAt;
}

/**
 * Waits for the peer's port, opens toward it from each socket, then tells the peer this side's ports and waits for its checks.
 * The ports are told in the order of the TTLs, because an earlier version of natcheck takes only the first.
 */
function goSecond(state: State): number {
  const { peer, peerPorts, emit, fresh } = state;
  const [port] = peerPorts;
  if (port === undefined || !fresh) return Number.POSITIVE_INFINITY;
  const waiting = fresh.findIndex(({ seenPort }) => seenPort === null);
  const ready = fresh.slice(0, waiting === -1 ? fresh.length : waiting).filter(({ isTold }) => !isTold);
  for (const { socket, ttl } of ready) {
    const to = { address: peer.address, port };
    emit({ kind: 'transmit', socket, to, bytes: encodeOpener(state), ttl: ttl ?? OPENER_TTLS[0] });
  }
  if (ready.length > 0) tell(state, ready);
  if (state.isPeerOpen) checkBack(state, port);
  return Number.POSITIVE_INFINITY;
}

/** Checks the peer's port from every socket whose port it has been told. */
function checkBack(state: State, port: number): void {
  checkPort(state, port);
  for (const one of state.fresh ?? []) if (one.isTold) join(state, one);
}

/** Has a port of the peer checked from the fresh sockets alone. */
function checkPort({ agent, peer }: State, port: number): void {
  const endpoint = { address: peer.address, port };
  const priority = candidatePriority('srflx');
  agent.addRemoteCandidate({ type: 'srflx', endpoint, foundation: `${AGAIN}${port}`, priority, related: null }, AGAIN);
}

function join({ agent }: State, one: Fresh): void {
  if (!one.local || one.isJoined) return;
  one.isJoined = true;
  agent.addLocalCandidate({ type: 'host', socket: one.socket, endpoint: one.local });
}

function tell({ emit }: State, sockets: readonly Fresh[]): void {
  for (const one of sockets) one.isTold = true;
  const ports = sockets.flatMap(({ seenPort }) => (seenPort === null ? [] : [seenPort]));
  emit({ kind: 'tell', signal: { type: 'ports', ports } });
}

/** Closes the sockets that the agent does not have. */
function stop(state: State): void {
  state.isOver = true;
  for (const { socket, local, isJoined } of state.fresh ?? []) {
    if (local && !isJoined) state.emit({ kind: 'close', socket });
  }
  state.fresh = [];
}
