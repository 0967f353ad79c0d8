/**
 * One attempt of two introduced peers to open a path, sans-IO: an ICE agent that begins at the agreed instant, and the
 * technique that the plan for the pair names.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { DatagramKind, IceAgent } from '../../ice/agent.ts';
import type { LocalCandidateSpec } from '../../ice/candidates/local-candidate.ts';
import type { PairReport } from '../../ice/checklist/pair.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { Arrival } from '../../session.ts';
import type { LateLines } from './candidates/late-candidates.ts';
import { isThroughRelay } from './outcome/endpoints-in-use.ts';
import { type AttemptEvidence, noteEvent, noteRefusal } from './outcome/evidence.ts';
import { createWork, hasMade, noteProbe } from './outcome/work.ts';
import type { PathSession } from './path-session.ts';
import type { PeerSignal } from './peer-signal.ts';
import { addLate, handleSignal, noteMove } from './signals.ts';
import type { AttemptOptions, State } from './state.ts';
import { isOpener } from './techniques/opener.ts';
import type { TechniqueOutput } from './techniques/technique.ts';

/** Longer than the seven steps take on most paths. */
const UNLIKELY_AFTER_MS = 150;

export interface Attempt extends PathSession {
  /** Whether a datagram that came to a socket which several attempts share belongs to this attempt. */
  readonly owns: IceAgent['owns'];
  /** Takes what the peer's attempt has told. */
  readonly handleSignal: (now: number, signal: PeerSignal) => void;
  /** Adds candidates of this side that have come since the introduction, and tells the peer. */
  readonly addLate: (specs: readonly LocalCandidateSpec[]) => void;
  /** The candidates of both sides that have come since the introduction, as SDP lines. */
  readonly late: LateLines;
  /** How many packets the agent and the technique have sent toward the peer. */
  readonly packetsSent: () => number;
  /** Whether the technique, and not the checks alone, has made the pair possible. */
  readonly isByTechnique: (pair: PairReport) => boolean;
  /** What has been seen so far. */
  readonly evidence: () => AttemptEvidence;
}

export function createAttempt(options: AttemptOptions): Attempt {
  const { agent } = options;
  const state: State = {
    ...{ ...options, technique: null, work: createWork(), queue: [], probes: 0, unlikelyAt: null },
    late: { own: [], peer: [] },
    ...{ isStopped: false, isHeard: false, isAnswered: false, refusals: [], moved: { own: false, peer: false } },
  };
  state.technique = options.createTechnique?.((output) => take(state, output)) ?? null;
  return {
    handleDatagram: (now, arrival) => handleDatagram(now, state, arrival),
    owns: (arrival) => agent.owns(arrival) || (state.shownAgain?.owns(arrival) ?? false),
    handleSendFailure: (now, failure) => {
      if (!sameEndpoint(failure.to, state.server)) noteRefusal(state, failure);
      agent.handleSendFailure(now, failure);
    },
    handleOpened: (now, socket, local) => state.technique?.handleOpened(now, socket, local),
    handleSignal: (now, signal) => handleSignal(now, state, signal),
    addLate: (specs) => addLate(state, specs),
    late: state.late,
    handleTimeout: agent.handleTimeout,
    poll: (now) => poll(now, state),
    selected: agent.selected,
    packetsSent: () => agent.checksSent() + state.probes,
    isByTechnique: (pair) => hasMade(state.work, pair),
    evidence: () => evidenceOf(state),
    leave: (now) => {
      stop(state);
      agent.leave(now);
    },
    close: () => {
      stop(state);
      agent.close();
    },
  };
}

function handleDatagram(now: number, state: State, arrival: Arrival): DatagramKind {
  const { agent, technique, shownAgain } = state;
  if (shownAgain?.owns(arrival)) {
    const port = shownAgain.receive(now, arrival);
    if (port !== null) noteMove(state, port);
    return 'ice';
  }
  noteArrival(state, arrival);
  return technique?.handleDatagram(now, arrival) ? 'ice' : agent.handleDatagram(now, arrival);
}

/** Notes a probe of the peer's technique. There is nothing to be found out once there is a path, which may carry a lot. */
function noteArrival({ agent, work }: State, { socket, from, bytes }: Arrival): void {
  if (!agent.selected() && isOpener(bytes)) noteProbe(work, socket, from);
}

/** Queues what the technique wants done; drops a packet toward the peer when the budget is used up. */
function take(state: State, output: TechniqueOutput): void {
  const { work, server, queue } = state;
  if (output.kind === 'transmit' && !sameEndpoint(output.to, server) && !isConsented(state, output.to)) {
    if (!state.takeProbe()) return;
    state.probes++;
    noteProbe(work, output.socket, output.to);
  }
  if (output.kind === 'open') work.opened.add(output.socket);
  if (output.kind === 'tell' && output.signal.type === 'ports') {
    for (const port of output.signal.ports) work.told.add(port);
  }
  queue.push(output);
}

/** Whether the endpoint belongs to the address that a direct path goes to, whose consent the agent keeps fresh. */
function isConsented(state: State, { address }: Endpoint): boolean {
  return isDirect(state) && state.agent.selected()?.remote.endpoint.address === address;
}

function isDirect({ agent }: State): boolean {
  const selected = agent.selected();
  return selected !== null && !isThroughRelay(selected);
}

function poll(now: number, state: State): ReturnType<Attempt['poll']> {
  const { agent, queue } = state;
  const until = advance(now, state);
  const first = queue.shift();
  if (first) return first;
  const shown = isDirect(state) ? undefined : state.shownAgain?.next(now);
  if (shown?.kind === 'transmit') return shown;
  const output = agent.poll(now);
  if (output.kind === 'event') handleEvent(now, state, output.event);
  if (output.kind === 'done') stop(state);
  const late = output.kind === 'wait' || output.kind === 'done' ? queue.shift() : undefined;
  if (late) return late;
  if (output.kind !== 'wait') return output;
  return { kind: 'wait', until: Math.min(until, output.until, shown?.until ?? Number.POSITIVE_INFINITY) };
}

/** Stops the technique, which then has nothing more to do: it must not begin again what it has just given up. */
function stop(state: State): void {
  if (!state.isStopped) state.technique?.stop();
  state.isStopped = true;
}

/** Does what is due apart from the agent's work, and returns when something is due next. */
function advance(now: number, state: State): number {
  const { startAt } = state;
  const techniqueAt = advanceTechnique(now, state);
  if (now >= startAt && mayBegin(state)) begin(now, state);
  if (state.unlikelyAt !== null && now >= state.unlikelyAt) addUnlikely(state);
  return Math.min(techniqueAt, state.unlikelyAt ?? (now < startAt ? startAt : Number.POSITIVE_INFINITY));
}

function advanceTechnique(now: number, state: State): number {
  const { technique, techniqueFrom, isStopped } = state;
  if (!technique || isStopped) return Number.POSITIVE_INFINITY;
  if (techniqueFrom === null) return technique.advance(now);
  if (now < techniqueFrom) return techniqueFrom;
  return isDirect(state) ? Number.POSITIVE_INFINITY : technique.advance(now);
}

function evidenceOf({ isHeard, isAnswered, refusals, work, moved }: State): AttemptEvidence {
  const ports = { told: work.told.size, heard: work.heard.size };
  return { isHeard, isAnswered, refusals: [...refusals], ports, moved: { ...moved } };
}

function handleEvent(now: number, state: State, event: IceEvent): void {
  noteEvent(state, event);
  // The peer has begun, and its check has got through: nothing is gained by waiting for the agreed instant.
  if (event.kind === 'check-received' && mayBegin(state)) begin(now, state);
  state.technique?.handleEvent(event);
}

/** Whether the agent has yet to begin its checks, and the technique lets it. */
function mayBegin({ unlikelyAt, technique, techniqueFrom }: State): boolean {
  return unlikelyAt === null && (techniqueFrom !== null || (technique?.mayBegin() ?? true));
}

function begin(now: number, state: State): void {
  const { agent, remote, peerCredentials } = state;
  for (const candidate of remote.likely) agent.addRemoteCandidate(candidate);
  agent.setRemoteCredentials(now, peerCredentials);
  state.unlikelyAt = now + UNLIKELY_AFTER_MS;
}

function addUnlikely(state: State): void {
  const { agent, remote } = state;
  for (const candidate of remote.unlikely) agent.addRemoteCandidate(candidate);
  agent.endOfRemoteCandidates();
  state.unlikelyAt = Number.POSITIVE_INFINITY;
}
