/** One peer of a simulated punch: one UDP socket for the server and for the peer, an agent set up as net/punch-agent's. */
import type { Endpoint } from '../../src/endpoint.ts';
import { createIceAgent } from '../../src/ice/agent.ts';
import type { Candidate } from '../../src/ice/candidate.ts';
import { MIN_TA_MS } from '../../src/ice/pace.ts';
import type { PunchTechnique } from '../../src/punch-report.ts';
import { iceCredentials } from '../../src/rendezvous/ice-credentials.ts';
import type { Host } from './host.ts';
import { type AgentRun, driveAgent, PUNCH_SOCKET } from './punch-agent.ts';
import { type SimBinding, startBinding } from './punch-binding.ts';
import type { World } from './world.ts';

/** As PUNCH_TIMEOUT_MS of net/punch-agent. */
const PUNCH_TIMEOUT_MS = 9_000;

type PunchRole = 'controlling' | 'controlled';

export interface SimPunchSide {
  readonly outcome: 'direct' | 'failed';
  /** Why it failed: this peer's UDP reaches no server, the other's does not, or the agent's own reason. */
  readonly reason: 'udp-silent' | 'no-peer' | Extract<AgentResult, { kind: 'failed' }>['reason'] | null;
  /** What worked, as `natcheck punch` names it. */
  readonly technique: PunchTechnique | null;
  /** Virtual time from the common start to the selected pair, or to giving up. */
  readonly ms: number;
  /** Until the peer had answered a check on some pair; null when it never did. */
  readonly validMs: number | null;
  /** As the check that proved the pair measured it. */
  readonly rttMs: number | null;
  /** Until connected or failed. */
  readonly checksSent: number;
}

type AgentResult = NonNullable<ReturnType<AgentRun['outcome']>>['result'];

export interface PunchPeer {
  readonly binding: SimBinding;
  /** Makes the agent once the socket is bound; it answers from then on. */
  readonly join: (introduction: { readonly key: string; readonly reflexive: Endpoint }) => JoinedPeer;
}

export interface JoinedPeer {
  readonly run: AgentRun;
  /** What the other peer is told. */
  readonly candidates: readonly Candidate[];
  readonly learn: (candidates: readonly Candidate[]) => void;
  /** Checks begin. */
  readonly begin: () => void;
  /** Of a run that is over, with its times counted from `startedAt`. */
  readonly side: (startedAt: number) => SimPunchSide;
}

/** Opens the socket and asks the server at once how it sees it. */
export function createPunchPeer(
  world: World,
  { host, role, server }: { readonly host: Host; readonly role: PunchRole; readonly server: Endpoint },
): PunchPeer {
  const { clock } = world;
  const random = host.random.fork('punch');
  let run: AgentRun | null = null;
  const socket = host.open((from, bytes) => (run ?? binding).receive(from, bytes));
  const binding = startBinding(world, { socket, server, random: random.fork('binding') });

  return {
    binding,
    join: ({ key, reflexive }) => {
      const agent = createIceAgent({
        role,
        credentials: iceCredentials(key, role),
        randomBytes: random.fork('agent').bytes,
        taMs: MIN_TA_MS,
        timeoutMs: PUNCH_TIMEOUT_MS,
      });
      agent.addLocalCandidate({ type: 'host', socket: PUNCH_SOCKET, endpoint: socket.local });
      agent.addLocalCandidate({ type: 'srflx', socket: PUNCH_SOCKET, endpoint: reflexive, server: server.address });
      agent.endOfLocalCandidates();
      const joined = driveAgent(world, { agent, socket });
      run = joined;
      return {
        run: joined,
        candidates: agent.localCandidates(),
        learn: (candidates) => {
          for (const candidate of candidates) agent.addRemoteCandidate(candidate);
          agent.endOfRemoteCandidates();
        },
        begin: () => {
          const peerRole = role === 'controlling' ? 'controlled' : 'controlling';
          agent.setRemoteCredentials(clock.now(), iceCredentials(key, peerRole));
          joined.wake();
        },
        side: (startedAt) => {
          const result = joined.outcome()?.result;
          if (!result) throw new Error(`the agent on ${host.name} is not done at ${clock.now()} ms`);
          const validAt = joined.validAt();
          const validMs = validAt === null ? null : validAt - startedAt;
          return sideOf(result, { startedAt, validMs, checksSent: agent.checksSent() });
        },
      };
    },
  };
}

/** A side that did not get as far as to check. */
export function notBegun(reason: 'udp-silent' | 'no-peer'): SimPunchSide {
  return { outcome: 'failed', reason, technique: null, ms: 0, validMs: null, rttMs: null, checksSent: 0 };
}

function sideOf(
  result: AgentResult,
  rest: { readonly startedAt: number; readonly validMs: number | null; readonly checksSent: number },
): SimPunchSide {
  const { startedAt, validMs, checksSent } = rest;
  const ms = result.at - startedAt;
  if (result.kind === 'failed') {
    const { reason } = result;
    return { outcome: 'failed', reason, technique: 'simultaneous-open', ms, validMs, rttMs: null, checksSent };
  }
  const { pair, rttMs } = result;
  const technique = pair.remote.type === 'host' ? 'host' : 'simultaneous-open';
  return { outcome: 'direct', reason: null, technique, ms, validMs, rttMs, checksSent: result.checksSent };
}
