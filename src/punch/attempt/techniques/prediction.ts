/**
 * Port prediction: each moving side finds out which port its NAT has reached, tells the peer the ports that come next, and
 * sends to the peer before anybody else takes them. A stable side first opens toward all of those ports and then says so,
 * because its router may answer a packet that arrives earlier (see second-try.ts). Between two moving sides, the n-th packet
 * of each leaves from its n-th predicted port and goes to the n-th predicted port of the other.
 *
 * The router of a counting side may answer early packets too: it then takes other ports toward the peer than those that were
 * told. So the stable side also opens toward them from fresh sockets, with packets that end on the way, and tells where those
 * sockets are as it says that it is open. They are checked first, because a check from a spoilt port moves the counter on.
 */
import type { Endpoint } from '../../../endpoint.ts';
import type { Candidate } from '../../../ice/candidates/candidate.ts';
import { candidatePriority } from '../../../ice/candidates/priority.ts';
import { MIN_TA_MS } from '../../../ice/checklist/pace.ts';
import type { Arrival } from '../../../session.ts';
import { createBinding, reflexiveEndpoint } from '../../../stun/binding.ts';
import type { Transaction } from '../../../stun/transaction.ts';
import { OPENER_TTLS, PREDICTED_PORTS, predictPorts } from './choose-technique.ts';
import { createFreshSockets, type FreshSocket, type FreshSockets } from './fresh-sockets.ts';
import { SAMPLE_SCHEDULE, type Technique, type TechniqueFacts } from './technique.ts';

/** The name of the socket whose Binding shows where the NAT's counter stands. */
const SAMPLE = 'sample';
/** The name of a socket whose port the NAT preserves, since it has not sent anything yet. */
const FRESH = 'fresh';
/** How the names of the stable side's other sockets begin. */
const ASIDE = 'aside';
/** A stable side's other sockets are checked before all its candidates. */
const ASIDE_PRIORITY = candidatePriority('host') + PREDICTED_PORTS;
/**
 * When the stable side says that it is open: half of the ports and the next few are, at the pace of checks. The peer's first
 * packets come from the first ports, to the other sockets, and the rest are open before it gets that far.
 */
const OPEN_AFTER_MS = (PREDICTED_PORTS / 2 + OPENER_TTLS.length + 1) * MIN_TA_MS;
/** How long to wait for the peer's ports before the plain checks begin. */
const PATIENCE_MS = 2_000;

interface State extends TechniqueFacts {
  /** Whether this side's NAT counts its ports up, so that a sample predicts the next ones. */
  readonly isCounted: boolean;
  /** Whether this side's mapping moves, but its NAT preserves the port of a fresh socket. */
  readonly isKept: boolean;
  readonly sample: Transaction;
  /** The stable side's other sockets, where the peer counts; otherwise there are none. */
  readonly aside: FreshSockets;
  /** Those of them that have sent to the ports of the peer. */
  readonly sent: Set<FreshSocket>;
  /** The ports that the peer has told, and whether they are being checked. */
  predicted: readonly number[];
  isChecked: boolean;
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
    aside: createFreshSockets(facts, ASIDE),
    sent: new Set(),
    predicted: [],
    isChecked: false,
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
      state.predicted = ports;
      checkPredicted(state);
    },
    handleDatagram: (now, arrival) => handleDatagram(now, state, arrival),
    handleEvent: () => {},
    mayBegin: () => mayBegin(state),
    stop: () => {
      closeSample(state);
      state.aside.close();
    },
  };
}

function advance(now: number, state: State): number {
  const { startAt, isCounted } = state;
  const lateAt = startAt + PATIENCE_MS;
  state.isLate = now >= lateAt;
  if (now < startAt) return startAt;
  checkPredicted(state);
  const asideAt = advanceAside(now, state);
  const openAt = tellOpen(now, state);
  if (openAt !== null) return Math.min(openAt, asideAt);
  if (!state.hasTold && state.socket === 'none') {
    state.socket = 'asked';
    state.emit({ kind: 'open', socket: isCounted ? SAMPLE : FRESH });
  }
  const waitAt = state.isLate ? Number.POSITIVE_INFINITY : lateAt;
  const sampleAt = state.hasTold || !isCounted || state.socket !== 'open' ? waitAt : advanceSample(now, state);
  return Math.min(sampleAt, asideAt, waitAt);
}

/** Has the agent check the ports that were told, as soon as it may: the agent may check other pairs already. */
function checkPredicted(state: State): void {
  if (state.isChecked || !state.hasHeard || !mayBegin(state)) return;
  state.isChecked = true;
  for (const [index, port] of state.predicted.entries()) learn(state, port, index);
}

function advanceAside(now: number, { own, other, aside, predicted, sent }: State): number {
  if (!own.isMoving && other.allocation.kind === 'sequential') aside.open(OPENER_TTLS);
  for (const one of predicted.length > 0 ? aside.all() : []) {
    if (!one.local || sent.has(one)) continue;
    sent.add(one);
    for (const port of predicted) aside.sendOpener(one, port);
  }
  return aside.advance(now);
}

/** Tells the peer that the stable side is open toward every port; returns when that will be, or null if there is nothing to wait for. */
function tellOpen(now: number, state: State): number | null {
  if (state.isOpenTold || !state.hasHeard) return null;
  state.openAt ??= now + OPEN_AFTER_MS;
  if (now < state.openAt) return state.openAt;
  state.isOpenTold = true;
  state.aside.tell(state.aside.all().filter((one) => one.seen && state.sent.has(one)));
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
  if (!state.own.isMoving) state.aside.handleOpened(socket, local);
  if (local === null || !state.own.isMoving) return;
  state.socket = 'open';
  state.local = local;
  if (socket !== FRESH) return;
  state.agent.addLocalCandidate({ type: 'host', socket: FRESH, endpoint: local });
  tell(state, [local.port]);
}

function handleDatagram(now: number, state: State, arrival: Arrival): boolean {
  if (!state.own.isMoving) return state.aside.handleDatagram(now, arrival);
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
    priority: (state.other.isMoving ? candidatePriority('srflx') : ASIDE_PRIORITY) - index,
    related: null,
  };
  const ofOneSocket = isKept ? FRESH : own.isMoving && own.allocation.perSocket ? SAMPLE : undefined;
  agent.addRemoteCandidate(candidate, ofOneSocket);
}

function closeSample(state: State): void {
  if (state.isCounted && state.socket === 'open') state.emit({ kind: 'close', socket: SAMPLE });
  state.socket = 'none';
}
