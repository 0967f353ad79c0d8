/**
 * One attempt of two introduced peers to open a path, sans-IO: an ICE agent that begins at the agreed instant, and the
 * technique that the plan for the pair names.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { DatagramKind, IceAgent } from '../../ice/agent.ts';
import type { Candidate } from '../../ice/candidates/candidate.ts';
import type { PairReport } from '../../ice/checklist/pair.ts';
import type { IceCredentials } from '../../ice/credentials.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { Arrival } from '../../session.ts';
import { PUNCH_SOCKET } from './candidate-agent.ts';
import { isThroughRelay } from './outcome/endpoints-in-use.ts';
import { type AttemptEvidence, type Noted, noteEvent, noteRefusal } from './outcome/evidence.ts';
import { createWork, hasMade, noteProbe, type TechniqueWork } from './outcome/work.ts';
import type { PathSession } from './path-session.ts';
import type { PeerSignal } from './peer-signal.ts';
import { seenCandidate } from './remote-candidates.ts';
import { isOpener } from './techniques/opener.ts';
import type { ShownAgain } from './techniques/shown-again.ts';
import type { Technique, TechniqueOutput } from './techniques/technique.ts';

/** Longer than the seven steps take on most paths. */
const UNLIKELY_AFTER_MS = 150;

export interface Attempt extends PathSession {
  /** Whether a datagram that came to a socket which several attempts share belongs to this attempt. */
  readonly owns: IceAgent['owns'];
  /** Takes what the peer's attempt has told. */
  readonly handleSignal: (now: number, signal: PeerSignal) => void;
  /** How many packets the agent and the technique have sent toward the peer. */
  readonly packetsSent: () => number;
  /** Whether the technique, and not the checks alone, has made the pair possible. */
  readonly isByTechnique: (pair: PairReport) => boolean;
  /** What has been seen so far. */
  readonly evidence: () => AttemptEvidence;
}

export interface AttemptOptions {
  readonly agent: IceAgent;
  readonly peerCredentials: IceCredentials;
  readonly startAt: number;
  /** Where the server sees the peer; null where nothing is to be sent to another port of that address. */
  readonly peer: Endpoint | null;
  /** The STUN server, to which a technique may send as well. */
  readonly server: Endpoint;
  /** Shows the punching socket once more; null where the peer does not reach that socket directly. */
  readonly shownAgain: ShownAgain | null;
  /** The peer's candidates: those that are checked from the start, and those that are checked later. */
  readonly remote: { readonly likely: readonly Candidate[]; readonly unlikely: readonly Candidate[] };
  /** Creates the technique, which hands its outputs to `emit`; null for a plain punch. */
  readonly createTechnique: ((emit: (output: TechniqueOutput) => void) => Technique) | null;
  /** Whether the technique may send one more packet toward the peer. */
  readonly takeProbe: () => boolean;
}

interface State extends AttemptOptions, Noted {
  /** Set once the state is there, since it hands its outputs to the state. */
  technique: Technique | null;
  /** What the technique has done. */
  readonly work: TechniqueWork;
  /** What the technique wants done. */
  readonly queue: TechniqueOutput[];
  isStopped: boolean;
  /** Whose router has another port for the punching socket since the introduction. */
  readonly moved: { own: boolean; peer: boolean };
  /** How many packets the technique has sent toward the peer. */
  probes: number;
  /** When the unlikely candidates are added; null until the agent has begun, Infinity once they have been added. */
  unlikelyAt: number | null;
}

export function createAttempt(options: AttemptOptions): Attempt {
  const { agent } = options;
  const state: State = {
    ...{ ...options, technique: null, work: createWork(), queue: [], probes: 0, unlikelyAt: null },
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
    if (port !== null) move(state, port);
    return 'ice';
  }
  noteArrival(state, arrival);
  return technique?.handleDatagram(now, arrival) ? 'ice' : agent.handleDatagram(now, arrival);
}

/** The router has another port for the punching socket now, and has forgotten the ways that this side had opened. */
function move({ agent, moved, queue }: State, port: number): void {
  moved.own = true;
  queue.push({ kind: 'tell', signal: { type: 'moved', port } });
  agent.checkAgain({ socket: PUNCH_SOCKET });
}

function handleSignal(now: number, state: State, signal: PeerSignal): void {
  const { agent, technique, work, peer, moved } = state;
  switch (signal.type) {
    case 'ports':
      for (const port of signal.ports) work.heard.add(port);
      technique?.handlePorts(signal.ports);
      break;
    case 'moved': {
      moved.peer = true;
      if (!peer) break;
      const endpoint = { address: peer.address, port: signal.port };
      agent.addRemoteCandidate({ ...seenCandidate(endpoint), foundation: 'moved' });
      agent.checkAgain({ remote: endpoint });
      technique?.handleMoved?.(now, endpoint);
      break;
    }
    case 'address':
      technique?.handleAddress?.(signal.address);
  }
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
  const { technique, startAt } = state;
  const techniqueAt = (state.isStopped ? null : technique?.advance(now)) ?? Number.POSITIVE_INFINITY;
  if (now >= startAt && mayBegin(state)) begin(now, state);
  if (state.unlikelyAt !== null && now >= state.unlikelyAt) addUnlikely(state);
  return Math.min(techniqueAt, state.unlikelyAt ?? (now < startAt ? startAt : Number.POSITIVE_INFINITY));
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
function mayBegin({ unlikelyAt, technique }: State): boolean {
  return unlikelyAt === null && (technique?.mayBegin() ?? true);
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
