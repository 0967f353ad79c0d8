/**
 * One attempt of two introduced peers, sans-IO: an ICE agent that begins at the instant set, and the technique of the pair
 * beside it.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { IceAgent } from '../../ice/agent.ts';
import type { Candidate } from '../../ice/candidates/candidate.ts';
import type { IceCredentials } from '../../ice/credentials.ts';
import type { IceEvent } from '../../ice/event.ts';
import type { PathSession } from './path-session.ts';
import type { Technique, TechniqueOutput } from './techniques/technique.ts';

/** More than the seven steps take on most paths. */
const UNLIKELY_AFTER_MS = 150;

export interface Attempt extends PathSession {
  /** Whether a datagram that came to a socket which several attempts share is this one's. */
  readonly owns: IceAgent['owns'];
  /** What the peer's attempt told. */
  readonly handlePorts: (ports: readonly number[]) => void;
  /** Of the agent and of the technique. */
  readonly packetsSent: () => number;
}

export interface AttemptOptions {
  readonly agent: IceAgent;
  readonly peerCredentials: IceCredentials;
  readonly startAt: number;
  /** The STUN server, to which a technique sends as well. */
  readonly server: Endpoint;
  /** Those checked from the start, and those that come later. */
  readonly remote: { readonly likely: readonly Candidate[]; readonly unlikely: readonly Candidate[] };
  /** Null for a plain punch. It is given the way out of the attempt. */
  readonly createTechnique: ((emit: (output: TechniqueOutput) => void) => Technique) | null;
  /** Whether the technique may send one more packet toward the peer. */
  readonly takeProbe: () => boolean;
}

export function createAttempt(options: AttemptOptions): Attempt {
  const { agent, peerCredentials, startAt, remote } = options;
  const queue: TechniqueOutput[] = [];
  let probes = 0;
  const emit = (output: TechniqueOutput): void => {
    const isProbe = output.kind === 'transmit' && !sameEndpoint(output.to, options.server);
    if (isProbe && !options.takeProbe()) return;
    if (isProbe) probes++;
    queue.push(output);
  };
  const technique = options.createTechnique?.(emit) ?? null;
  let unlikelyAt: number | null = null;

  const begin = (now: number): void => {
    for (const candidate of remote.likely) agent.addRemoteCandidate(candidate);
    agent.setRemoteCredentials(now, peerCredentials);
    unlikelyAt = now + UNLIKELY_AFTER_MS;
  };
  const addUnlikely = (): void => {
    for (const candidate of remote.unlikely) agent.addRemoteCandidate(candidate);
    agent.endOfRemoteCandidates();
    unlikelyAt = Number.POSITIVE_INFINITY;
  };
  const handleEvent = (now: number, event: IceEvent): void => {
    // The peer has begun, and its check has shown the way: nothing is gained by waiting for the instant.
    if (event.kind === 'check-received' && unlikelyAt === null && (technique?.mayBegin() ?? true)) begin(now);
    technique?.handleEvent(event);
  };
  /** Does what is due beside the agent; when the next thing will be. */
  const advance = (now: number): number => {
    const techniqueAt = technique?.advance(now) ?? Number.POSITIVE_INFINITY;
    if (unlikelyAt === null && now >= startAt && (technique?.mayBegin() ?? true)) begin(now);
    if (unlikelyAt !== null && now >= unlikelyAt) addUnlikely();
    return Math.min(techniqueAt, unlikelyAt ?? (now < startAt ? startAt : Number.POSITIVE_INFINITY));
  };

  return {
    handleDatagram: (now, arrival) =>
      technique?.handleDatagram(now, arrival) ? 'ice' : agent.handleDatagram(now, arrival),
    owns: agent.owns,
    handleSendFailure: agent.handleSendFailure,
    handleOpened: (now, socket, local) => technique?.handleOpened(now, socket, local),
    handlePorts: (ports) => technique?.handlePorts(ports),
    handleTimeout: agent.handleTimeout,
    poll: (now) => {
      const until = advance(now);
      const first = queue.shift();
      if (first) return first;
      const output = agent.poll(now);
      if (output.kind === 'event') handleEvent(now, output.event);
      if (output.kind === 'done') technique?.stop();
      const late = output.kind === 'wait' || output.kind === 'done' ? queue.shift() : undefined;
      if (late) return late;
      return output.kind === 'wait' ? { kind: 'wait', until: Math.min(until, output.until) } : output;
    },
    selected: agent.selected,
    packetsSent: () => agent.checksSent() + probes,
    leave: (now) => {
      technique?.stop();
      agent.leave(now);
    },
    close: () => {
      technique?.stop();
      agent.close();
    },
  };
}
