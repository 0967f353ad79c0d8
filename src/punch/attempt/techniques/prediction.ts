/**
 * Port prediction: each moving side finds out which port its NAT has reached, tells the peer the ports that come next, and
 * sends to the peer before anybody else takes them. A stable side first opens toward all of those ports and then says so,
 * because its router may answer a packet that arrives earlier (see second-try.ts). Between two moving sides, the n-th packet
 * of each leaves from its n-th predicted port and goes to the n-th predicted port of the other.
 */
import type { Endpoint } from '../../../endpoint.ts';
import type { Candidate } from '../../../ice/candidates/candidate.ts';
import { candidatePriority } from '../../../ice/candidates/priority.ts';
import { MIN_TA_MS } from '../../../ice/checklist/pace.ts';
import type { Arrival } from '../../../session.ts';
import { createBinding, reflexiveEndpoint } from '../../../stun/binding.ts';
import type { Transaction } from '../../../stun/transaction.ts';
import { PREDICTED_PORTS, predictPorts } from './choose-technique.ts';
import { SAMPLE_SCHEDULE, type Technique, type TechniqueFacts } from './technique.ts';

/** The name of the socket whose Binding shows where the NAT's counter stands. */
const SAMPLE = 'sample';
/** The name of a socket whose port the NAT preserves, since it has not sent anything yet. */
const FRESH = 'fresh';
/** How long to wait for the peer's ports before the plain checks begin. */
const PATIENCE_MS = 2_000;

interface State extends TechniqueFacts {
  /** Whether this side's NAT counts its ports up, so that a sample predicts the next ones. */
  readonly isCounted: boolean;
  /** Whether this side's mapping moves, but its NAT preserves the port of a fresh socket. */
  readonly isKept: boolean;
  readonly sample: Transaction;
  /** Where the SAMPLE socket is bound, once it is open. */
  local: Endpoint | null;
  /** How far the SAMPLE or FRESH socket is. */
  socket: 'none' | 'asked' | 'open' | 'kept';
  hasTold: boolean;
  hasHeard: boolean;
  /** When the stable side will have opened toward every port; null until it begins. */
  openAt: number | null;
  isOpenTold: boolean;
  isLate: boolean;
}

export function createPrediction(facts: TechniqueFacts): Technique {
  const { server, own, randomBytes } = facts;
  const isCounted = own.isMoving && own.allocation.kind === 'sequential';
  const state: State = {
    ...facts,
    isCounted,
    isKept: own.isMoving && !isCounted,
    sample: createBinding({ server, randomBytes, schedule: SAMPLE_SCHEDULE }),
    local: null,
    socket: 'none',
    hasTold: !own.isMoving,
    hasHeard: false,
    openAt: null,
    isOpenTold: own.isMoving,
    isLate: false,
  };
  return {
    advance: (now) => advance(now, state),
    handleOpened: (_now, socket, local) => handleOpened(state, socket, local),
    handlePorts: (ports) => {
      if (state.hasHeard) return;
      state.hasHeard = true;
      for (const [index, port] of ports.entries()) learn(state, port, index);
    },
    handleDatagram: (now, arrival) => handleDatagram(now, state, arrival),
    handleEvent: () => {},
    mayBegin: () => mayBegin(state),
    stop: () => closeSample(state),
  };
}

function advance(now: number, state: State): number {
  const { startAt, isCounted } = state;
  const lateAt = startAt + PATIENCE_MS;
  state.isLate = now >= lateAt;
  if (now < startAt) return startAt;
  const openAt = tellOpen(now, state);
  if (openAt !== null) return openAt;
  if (!state.hasTold && state.socket === 'none') {
    state.socket = 'asked';
    state.emit({ kind: 'open', socket: isCounted ? SAMPLE : FRESH });
  }
  const waitAt = state.isLate ? Number.POSITIVE_INFINITY : lateAt;
  return state.hasTold || !isCounted || state.socket !== 'open' ? waitAt : Math.min(advanceSample(now, state), waitAt);
}

/** Tells the peer that the stable side is open toward every port; returns when that will be, or null if there is nothing to wait for. */
function tellOpen(now: number, state: State): number | null {
  if (state.isOpenTold || !state.hasHeard) return null;
  state.openAt ??= now + (PREDICTED_PORTS + 1) * MIN_TA_MS;
  if (now < state.openAt) return state.openAt;
  state.isOpenTold = true;
  state.emit({ kind: 'tell', signal: { type: 'ports', ports: [] } });
  return null;
}

function advanceSample(now: number, { sample, server, emit }: State): number {
  const step = sample.next(now);
  switch (step.kind) {
    case 'send':
      emit({ kind: 'transmit', socket: SAMPLE, to: server, bytes: step.bytes });
      return now;
    case 'wait':
      return step.until;
    case 'given-up':
      return Number.POSITIVE_INFINITY;
  }
}

function handleOpened(state: State, socket: string, local: Endpoint | null): void {
  if (local === null) return;
  state.socket = 'open';
  state.local = local;
  if (socket !== FRESH) return;
  state.agent.addLocalCandidate({ type: 'host', socket: FRESH, endpoint: local });
  tell(state, [local.port]);
}

function handleDatagram(now: number, state: State, arrival: Arrival): boolean {
  if (arrival.socket !== SAMPLE || state.socket === 'kept') return false;
  const seen = state.hasTold ? null : reflexiveEndpoint(state.sample.receive(now, arrival));
  if (!seen) return true;
  tell(state, predictPorts({ last: seen.port, step: state.own.allocation.step ?? 1 }));
  keepOrClose(state);
  return true;
}

/** Where each socket has a counter of its own, only the socket that was sampled gets the ports that were told. */
function keepOrClose(state: State): void {
  const { own, agent, local } = state;
  if (!own.allocation.perSocket || !local) {
    closeSample(state);
    return;
  }
  agent.addLocalCandidate({ type: 'host', socket: SAMPLE, endpoint: local });
  state.socket = 'kept';
}

/** Whether the checks may begin. A preserved port may be used toward the peer only, so they must not begin from another socket. */
function mayBegin({ isLate, hasTold, hasHeard, isKept, socket }: State): boolean {
  return isLate || (hasTold && hasHeard && (!isKept || socket === 'open'));
}

function tell(state: State, ports: readonly number[]): void {
  state.hasTold = true;
  state.emit({ kind: 'tell', signal: { type: 'ports', ports: [...ports] } });
}

function learn(state: State, port: number, index: number): void {
  const { agent, peer, own, isKept } = state;
  const candidate: Candidate = {
    type: 'srflx',
    endpoint: { address: peer.address, port },
    // With a foundation each, no port waits for another, and all are tried in order.
    foundation: `predicted${index}`,
    priority: candidatePriority('srflx') - index,
    related: null,
  };
  const ofOneSocket = isKept ? FRESH : own.isMoving && own.allocation.perSocket ? SAMPLE : undefined;
  agent.addRemoteCandidate(candidate, ofOneSocket);
}

function closeSample(state: State): void {
  if (state.isCounted && state.socket === 'open') state.emit({ kind: 'close', socket: SAMPLE });
  state.socket = 'none';
}
