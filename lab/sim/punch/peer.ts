/** One side of a simulated punch: one socket for the server and for the peer, and the attempt that the product makes. */
import type { Endpoint } from '../../../src/endpoint.ts';
import { createPunchBudget } from '../../../src/punch/attempt/budget.ts';
import { type CandidateAgent, candidateAgent } from '../../../src/punch/attempt/candidate-agent.ts';
import { createIntroducedAttempt } from '../../../src/punch/attempt/introduced-attempt.ts';
import type { PunchPlan } from '../../../src/punch/attempt/plan.ts';
import type { PunchTechnique } from '../../../src/punch/attempt/techniques/winner.ts';
import { wonBy } from '../../../src/punch/attempt/techniques/winner.ts';
import type { ToldBehavior } from '../../../src/rendezvous/protocol/fields.ts';
import type { Introduction } from '../../../src/rendezvous/protocol/server-message.ts';
import type { Host } from '../network/host.ts';
import type { World } from '../network/world.ts';
import { type AgentRun, driveAgent } from './agent.ts';
import { type SimBinding, startBinding } from './binding.ts';

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
  /** Toward the other side, until the run was over. */
  readonly packetsSent: number;
}

type AgentResult = NonNullable<ReturnType<AgentRun['outcome']>>['result'];

export interface PunchPeer {
  readonly binding: SimBinding;
  /** What it can be reached at, once the server has seen it at `seen`. */
  readonly agentOf: (seen: Endpoint) => CandidateAgent;
  /** Takes part from then on; its checks begin at `startAt`. */
  readonly join: (facts: {
    readonly agentOf: CandidateAgent;
    readonly introduction: Introduction;
    readonly plan: PunchPlan;
    readonly behavior: ToldBehavior;
    readonly startAt: number;
    readonly onTell: (ports: readonly number[]) => void;
  }) => JoinedPeer;
}

export interface JoinedPeer {
  readonly run: AgentRun;
  /** What the other peer's attempt told. */
  readonly hear: (ports: readonly number[]) => void;
  /** Of a run that is over, with its times counted from `startedAt`. */
  readonly side: (startedAt: number) => SimPunchSide;
}

/** Opens the socket and asks the server at once how it sees it. */
export function createPunchPeer(
  world: World,
  { host, server }: { readonly host: Host; readonly server: Endpoint },
): PunchPeer {
  const { clock } = world;
  const random = host.random.fork('punch');
  const { bytes: randomBytes, integer: randomInteger } = random.fork('attempt');
  let run: AgentRun | null = null;
  const socket = host.open((from, bytes) => (run ?? binding).receive(from, bytes));
  const binding = startBinding(world, { socket, server, random: random.fork('binding') });

  return {
    binding,
    agentOf: (seen) =>
      candidateAgent({
        direct: { local: socket.local, seen, server: server.address },
        relay: null,
        randomBytes,
      }),
    join: ({ onTell, plan, ...facts }) => {
      const networks = [`${socket.local.address}/24`];
      const budget = createPunchBudget();
      const attempt = createIntroducedAttempt({
        ...facts,
        ...{ plan, server, networks, budget, randomBytes, randomInteger },
      });
      const joined = driveAgent(world, { agent: attempt, host, socket, mayOpen: true, onTell });
      run = joined;
      joined.wake();
      return {
        run: joined,
        hear: (ports) => {
          attempt.handlePorts(ports);
          joined.wake();
        },
        side: (startedAt) => {
          const result = joined.outcome()?.result;
          if (!result) throw new Error(`the agent on ${host.name} is not done at ${clock.now()} ms`);
          const validAt = joined.validAt();
          const validMs = validAt === null ? null : validAt - startedAt;
          return sideOf(result, { startedAt, validMs, plan, packetsSent: attempt.packetsSent() });
        },
      };
    },
  };
}

/** A side that did not get as far as to check. */
export function notBegun(reason: 'udp-silent' | 'no-peer'): SimPunchSide {
  return { outcome: 'failed', reason, technique: null, ms: 0, validMs: null, rttMs: null, packetsSent: 0 };
}

function sideOf(
  result: AgentResult,
  rest: {
    readonly startedAt: number;
    readonly validMs: number | null;
    readonly plan: PunchPlan;
    readonly packetsSent: number;
  },
): SimPunchSide {
  const { startedAt, validMs, plan, packetsSent } = rest;
  const ms = result.at - startedAt;
  if (result.kind === 'failed') {
    const { reason } = result;
    return { outcome: 'failed', reason, technique: plan.technique, ms, validMs, rttMs: null, packetsSent };
  }
  const { pair, rttMs } = result;
  return { outcome: 'direct', reason: null, technique: wonBy(pair, plan), ms, validMs, rttMs, packetsSent };
}
