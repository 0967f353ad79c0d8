/**
 * The second try, for routers that answer packets from outside themselves. If the peer's packet arrives before the local one
 * has left, such a router keeps an entry for it, and the local packets then get another port, which the peer's router does
 * not let in. The entry lasts for half a minute. So where nothing has come in, both sides open a fresh socket and take turns:
 * the controlled side tells its endpoint; the controlling side opens its NAT toward it with a packet that expires on the way,
 * and only then tells its endpoint. The first packet to arrive at either router is thus one that the router lets in.
 */

import type { Endpoint } from '../../../endpoint.ts';
import { candidatePriority } from '../../../ice/candidates/priority.ts';
import type { Arrival } from '../../../session.ts';
import { createBinding, reflexiveEndpoint } from '../../../stun/binding.ts';
import type { Transaction } from '../../../stun/transaction.ts';
import { isThroughRelay } from '../outcome/endpoints-in-use.ts';
import { encodeOpener } from './opener.ts';
import { SAMPLE_SCHEDULE, type Technique, type TechniqueFacts } from './technique.ts';

const AGAIN = 'again';
/** When the second try begins. Most paths are open by then, whatever the round trip; the checks of the first try go on meanwhile. */
const AFTER_MS = 600;
/** Enough hops to pass the local router, and too few to reach the peer's. */
const OPENER_TTL = 2;

interface State extends TechniqueFacts {
  readonly sample: Transaction;
  /** Where the fresh socket is bound, once it is open. */
  local: Endpoint | null;
  isAsked: boolean;
  /** Where the server sees the fresh socket. */
  seenPort: number | null;
  /** Where the peer's fresh socket is. */
  peerPort: number | null;
  isTold: boolean;
  isOver: boolean;
}

export function createSecondTry(facts: TechniqueFacts): Technique {
  const { server, randomBytes } = facts;
  const sample = createBinding({ server, randomBytes, schedule: SAMPLE_SCHEDULE });
  const ports = { seenPort: null, peerPort: null };
  const state: State = { ...facts, sample, ...ports, local: null, isAsked: false, isTold: false, isOver: false };
  return {
    advance: (now) => advance(now, state),
    handleOpened: (_now, _socket, opened) => {
      state.local = opened;
    },
    handlePorts: ([port]) => {
      state.peerPort ??= port ?? null;
      takeTurn(state);
    },
    handleDatagram: (now, arrival) => handleDatagram(now, state, arrival),
    handleEvent: (event) => {
      if (event.kind === 'check-received' && !isThroughRelay(event.pair)) state.isOver = true;
    },
    mayBegin: () => true,
    stop: () => {
      state.isOver = true;
    },
  };
}

function advance(now: number, state: State): number {
  const { startAt, server, sample, emit } = state;
  if (state.isOver) return Number.POSITIVE_INFINITY;
  if (now < startAt + AFTER_MS) return startAt + AFTER_MS;
  if (!state.isAsked) {
    state.isAsked = true;
    emit({ kind: 'open', socket: AGAIN });
  }
  if (!state.local || state.seenPort !== null) return Number.POSITIVE_INFINITY;
  const step = sample.next(now);
  switch (step.kind) {
    case 'send':
      emit({ kind: 'transmit', socket: AGAIN, to: server, bytes: step.bytes });
      return now;
    case 'wait':
      return step.until;
    case 'given-up':
      return Number.POSITIVE_INFINITY;
  }
}

function handleDatagram(now: number, state: State, arrival: Arrival): boolean {
  if (arrival.socket !== AGAIN || state.seenPort !== null) return false;
  const seen = reflexiveEndpoint(state.sample.receive(now, arrival));
  if (!seen) return false;
  state.seenPort = seen.port;
  takeTurn(state);
  return true;
}

function takeTurn(state: State): void {
  const { seenPort } = state;
  if (state.isOver || seenPort === null) return;
  if (state.agent.role() === 'controlled') goFirst(state, seenPort);
  else goSecond(state, seenPort);
}

/** Tells the peer this side's port, then waits for the peer's port and checks it. */
function goFirst(state: State, seenPort: number): void {
  const { agent, peer, peerPort } = state;
  if (!state.isTold) tell(state, seenPort);
  if (peerPort === null) return;
  state.isOver = true;
  join(state);
  agent.addRemoteCandidate({
    type: 'srflx',
    endpoint: { address: peer.address, port: peerPort },
    foundation: AGAIN,
    priority: candidatePriority('srflx'),
    related: null,
  });
}

/** Waits for the peer's port, opens toward it, then tells the peer this side's port and waits for its check. */
function goSecond(state: State, seenPort: number): void {
  const { peer, peerPort, emit } = state;
  if (peerPort === null) return;
  state.isOver = true;
  const to = { address: peer.address, port: peerPort };
  emit({ kind: 'transmit', socket: AGAIN, to, bytes: encodeOpener(state), ttl: OPENER_TTL });
  join(state);
  tell(state, seenPort);
}

function join({ agent, local }: State): void {
  if (local) agent.addLocalCandidate({ type: 'host', socket: AGAIN, endpoint: local });
}

function tell(state: State, port: number): void {
  state.isTold = true;
  state.emit({ kind: 'tell', signal: { type: 'ports', ports: [port] } });
}
