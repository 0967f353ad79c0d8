/** The attempt that follows from an introduction: the agent, the tactic of the plan, what is checked when. Sans-IO. */
import type { Endpoint } from '../endpoint.ts';
import { otherRole } from '../ice/role.ts';
import type { Allocation } from '../ice/strategy.ts';
import { isStable } from '../nat/prospect.ts';
import type { ToldBehavior } from '../rendezvous/fields.ts';
import { iceCredentials } from '../rendezvous/ice-credentials.ts';
import { type Attempt, createAttempt } from './attempt.ts';
import type { CandidateAgent } from './candidate-agent.ts';
import type { Introduction } from './meeting.ts';
import type { PunchPlan } from './plan.ts';
import { remoteCandidates } from './remote-candidates.ts';
import { tacticOf } from './tactics.ts';

const NOTHING_KNOWN: Allocation = { kind: 'undetermined', step: null, range: null };

export function createIntroducedAttempt(options: {
  readonly introduction: Introduction;
  readonly plan: Pick<PunchPlan, 'technique'>;
  /** As the own side has told. */
  readonly behavior: ToldBehavior;
  readonly agentOf: CandidateAgent;
  /** A STUN server. */
  readonly server: Endpoint;
  readonly startAt: number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Uniform from 0 to `below - 1`. */
  readonly randomInteger: (below: number) => number;
}): Attempt {
  const { introduction, plan, agentOf, ...rest } = options;
  const { key, role, endpoint: peer } = introduction;
  // Where nothing else gets through there is nothing to wait for.
  const agent = agentOf.create(introduction, plan.technique === 'relay' ? { relayGraceMs: 0 } : {});
  const own = { ...sideOf(options.behavior), credentials: iceCredentials(key, role) };
  const other = { ...sideOf(introduction.behavior), credentials: iceCredentials(key, otherRole(role)) };
  const tactic = tacticOf(plan);
  return createAttempt({
    agent,
    peerCredentials: other.credentials,
    startAt: rest.startAt,
    remote: remoteCandidates(introduction, { isPredicted: plan.technique === 'port-prediction' && other.isMoving }),
    createTactic: tactic && ((emit) => tactic({ ...rest, agent, peer, own, other, emit })),
  });
}

function sideOf({ mapping, allocation = NOTHING_KNOWN }: ToldBehavior) {
  return { isMoving: mapping !== 'undetermined' && !isStable({ mapping }), allocation };
}
