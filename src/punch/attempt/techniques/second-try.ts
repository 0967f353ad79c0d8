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

import { scopeOf } from '../../../address-scope.ts';
import { familyOf } from '../../../endpoint.ts';
import { candidatePriority } from '../../../ice/candidates/priority.ts';
import { MIN_TA_MS } from '../../../ice/checklist/pace.ts';
import { PUNCH_SOCKET } from '../candidates/candidate-agent.ts';
import { isThroughRelay } from '../outcome/endpoints-in-use.ts';
import { OPENER_TTLS, POOL_ADDRESSES } from './choose-technique.ts';
import { createFreshSockets, type FreshSockets } from './fresh-sockets.ts';
import { encodeOpener } from './opener.ts';
import type { Technique, TechniqueFacts } from './technique.ts';

const AGAIN = 'again';
/** When the second try begins. Most paths are open by then, whatever the round trip; the checks of the first try go on meanwhile. */
const AFTER_MS = 600;

interface State extends TechniqueFacts {
  readonly fresh: FreshSockets;
  /** Where the peer's fresh sockets are. */
  readonly peerPorts: Set<number>;
  /** How many of them the agent has. */
  sentTo: number;
  /** When this side will have sent to all of them; Infinity when there is none, or the peer knows. */
  sentAt: number;
  /** Whether the peer has sent to every port that was told to it. */
  isPeerOpen: boolean;
  /** The addresses of the side that moves, as far as this side has told or heard them. */
  readonly addresses: Set<string>;
  isOver: boolean;
}

export function createSecondTry(facts: TechniqueFacts): Technique {
  const fresh = createFreshSockets(facts, AGAIN);
  const peerPorts = { peerPorts: new Set<number>(), sentTo: 0, sentAt: Number.POSITIVE_INFINITY };
  const addresses = new Set(facts.own.isMoving ? [] : [facts.peer.address]);
  const state: State = { ...facts, ...peerPorts, fresh, addresses, isPeerOpen: false, isOver: false };
  return {
    advance: (now) => advance(now, state),
    handleOpened: (_now, socket, local) => fresh.handleOpened(socket, local),
    handlePorts: (ports) => handlePorts(state, ports),
    handleAddress: (address) => openToward(state, address),
    handleDatagram: fresh.handleDatagram,
    handleEvent: (event) => {
      if (event.kind === 'check-received' && !isThroughRelay(event.pair)) stop(state);
    },
    mayBegin: () => true,
    stop: () => stop(state),
  };
}

function advance(now: number, state: State): number {
  const { startAt, agent, fresh } = state;
  if (state.isOver) return Number.POSITIVE_INFINITY;
  if (now < startAt + AFTER_MS) return startAt + AFTER_MS;
  const isFirst = agent.role() === 'controlled';
  fresh.open(isFirst ? Array(hasPool(state) ? POOL_ADDRESSES : 1).fill(null) : OPENER_TTLS);
  return Math.min(fresh.advance(now), isFirst ? goFirst(now, state) : goSecond(state));
}

/** Takes the ports that the peer tells: one from the side that goes first, one for each TTL from the other. */
function handlePorts(state: State, ports: readonly number[]): void {
  const { peerPorts } = state;
  const most = state.agent.role() === 'controlled' ? OPENER_TTLS.length : 1;
  for (const port of ports) if (peerPorts.size < most) peerPorts.add(port);
  state.isPeerOpen ||= ports.length === 0;
}

/** Tells the peer this side's port, checks the ports that the peer tells, and then says so. Returns when there is more to do. */
function goFirst(now: number, state: State): number {
  const { fresh, peerPorts, emit } = state;
  const [own] = fresh.all();
  tellAddresses(state);
  if (!own?.seen) return Number.POSITIVE_INFINITY;
  if (!own.isTold) fresh.tell([own]);
  if (peerPorts.size > state.sentTo) {
    for (const one of fresh.all()) fresh.join(one);
    for (const port of peerPorts) checkPort(state, port);
    state.sentTo = peerPorts.size;
    state.sentAt = now + (peerPorts.size + 1) * MIN_TA_MS;
  }
  if (state.sentAt > now) return state.sentAt;
  state.sentAt = Number.POSITIVE_INFINITY;
  emit({ kind: 'tell', signal: { type: 'ports', ports: [] } });
  return state.sentAt;
}

/** Whether this side may send from several addresses, each of which the filter of the peer has to know. */
function hasPool({ own, other }: State): boolean {
  return own.isMoving && !other.isMoving;
}

/** Tells the peer each address at which the server sees a fresh socket, once. */
function tellAddresses({ own, fresh, addresses, emit }: State): void {
  for (const { seen } of own.isMoving ? fresh.all() : []) {
    if (!seen || addresses.has(seen.address)) continue;
    addresses.add(seen.address);
    emit({ kind: 'tell', signal: { type: 'address', address: seen.address } });
  }
}

/**
 * Lets the first socket be reached from an address that the peer has told. The packet ends on the way: who is at that address
 * is not known.
 */
function openToward(state: State, address: string): void {
  const { addresses, emit, peer, isOver } = state;
  const isTarget = familyOf(address) === familyOf(peer.address) && scopeOf(address) === 'global';
  if (isOver || !isTarget || addresses.size > POOL_ADDRESSES || addresses.has(address)) return;
  addresses.add(address);
  const to = { address, port: peer.port };
  emit({ kind: 'transmit', socket: PUNCH_SOCKET, to, bytes: encodeOpener(state), ttl: Math.max(...OPENER_TTLS) });
}

/**
 * Waits for the peer's port, opens toward it from each socket, then tells the peer this side's ports and waits for its checks.
 * The ports are told in the order of the TTLs, because an earlier version of natcheck takes only the first.
 */
function goSecond(state: State): number {
  const { peerPorts, fresh } = state;
  const [port] = peerPorts;
  if (port === undefined) return Number.POSITIVE_INFINITY;
  const sockets = fresh.all();
  const waiting = sockets.findIndex(({ seen }) => !seen);
  const ready = sockets.slice(0, waiting === -1 ? sockets.length : waiting).filter(({ isTold }) => !isTold);
  for (const one of ready) fresh.sendOpener(one, port);
  if (ready.length > 0) fresh.tell(ready);
  if (state.isPeerOpen) checkBack(state, port);
  return Number.POSITIVE_INFINITY;
}

/** Checks the peer's port from every socket whose port it has been told. */
function checkBack(state: State, port: number): void {
  checkPort(state, port);
  for (const one of state.fresh.all()) if (one.isTold) state.fresh.join(one);
}

/** Has a port of the peer checked from the fresh sockets alone. */
function checkPort({ agent, peer }: State, port: number): void {
  const endpoint = { address: peer.address, port };
  const priority = candidatePriority('srflx');
  agent.addRemoteCandidate({ type: 'srflx', endpoint, foundation: `${AGAIN}${port}`, priority, related: null }, AGAIN);
}

function stop(state: State): void {
  state.isOver = true;
  state.fresh.close();
}
