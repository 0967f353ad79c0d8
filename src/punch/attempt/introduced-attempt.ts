/** Makes the attempt that an introduction leads to: the agent, the technique of the plan, and which candidates are checked when. */
import type { Endpoint } from '../../endpoint.ts';
import type { PairReport } from '../../ice/checklist/pair.ts';
import { otherRole } from '../../ice/role.ts';
import { isStable } from '../../nat/prospect.ts';
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import { iceCredentials } from '../../rendezvous/protocol/ice-credentials.ts';
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import { type Attempt, createAttempt } from './attempt.ts';
import type { PunchBudget } from './budget.ts';
import type { CandidateAgent } from './candidate-agent.ts';
import type { PunchPlan } from './plan.ts';
import { remoteCandidates } from './remote-candidates.ts';
import { isTarget } from './targets.ts';
import { createOpeners, createProber } from './techniques/birthday.ts';
import type { PortAssignment } from './techniques/choose-technique.ts';
import { createPrediction } from './techniques/prediction.ts';
import { createSecondTry } from './techniques/second-try.ts';
import type { Technique, TechniqueFacts } from './techniques/technique.ts';
import { type PunchTechnique, wonBy } from './techniques/winner.ts';
import { mappedBetween } from './told-candidates.ts';

const NOTHING_KNOWN: PortAssignment = { kind: 'undetermined', step: null, range: null };

export interface IntroducedAttempt extends Attempt {
  /** Returns the technique that opened the pair. */
  readonly wonBy: (pair: PairReport) => PunchTechnique;
}

export function createIntroducedAttempt(options: {
  readonly introduction: Introduction;
  readonly plan: Pick<PunchPlan, 'technique'>;
  /** The behaviour that this side has told the peer. */
  readonly behavior: ToldBehavior;
  readonly agentOf: CandidateAgent;
  /** A STUN server. */
  readonly server: Endpoint;
  /** The networks that this host is in, such as `192.168.1.7/24`. */
  readonly networks: readonly string[];
  /** How much the punch may still send. */
  readonly budget: PunchBudget;
  readonly startAt: number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Returns a uniform random integer from 0 to `below - 1`. */
  readonly randomInteger: (below: number) => number;
}): IntroducedAttempt {
  const { introduction, plan, agentOf, networks, budget, ...rest } = options;
  const { key, role, endpoint: peer } = introduction;
  const agent = agentOf.create(introduction, {
    budget: budget.checks,
    // Nothing but the relay gets through, so there is nothing better to wait for.
    ...(plan.technique === 'relay' && { relayGraceMs: 0 }),
  });
  const own = { ...sideOf(options.behavior), credentials: iceCredentials(key, role) };
  const other = { ...sideOf(introduction.behavior), credentials: iceCredentials(key, otherRole(role)) };
  const surroundings = { server: rest.server.address, networks };
  const technique = isTarget(peer.address, introduction, surroundings) ? techniqueFor(plan) : null;
  const isPredicted = plan.technique === 'port-prediction' && other.isMoving;
  const attempt = createAttempt({
    agent,
    peerCredentials: other.credentials,
    startAt: rest.startAt,
    server: rest.server,
    remote: remoteCandidates(introduction, { isPredicted, ...surroundings }),
    createTechnique: technique && ((emit) => technique({ ...rest, agent, peer, own, other, emit })),
    takeProbe: budget.takeProbe,
  });
  const planned = plan.technique;
  const mapped = mappedBetween(agentOf.candidates, introduction);
  return {
    ...attempt,
    wonBy: (pair) => wonBy(pair, { planned, isByTechnique: attempt.isByTechnique(pair), mapped }),
  };
}

function sideOf({ mapping, allocation = NOTHING_KNOWN }: ToldBehavior) {
  return { isMoving: mapping !== 'undetermined' && !isStable({ mapping }), allocation };
}

/** Returns what creates the technique of the plan; null where the plan needs no more than the agent's checks. */
function techniqueFor({ technique }: Pick<PunchPlan, 'technique'>): ((facts: TechniqueFacts) => Technique) | null {
  switch (technique) {
    case 'simultaneous-open':
      return createSecondTry;
    case 'relay':
      return null;
    case 'port-prediction':
      return createPrediction;
    case 'birthday':
      return (facts) => (facts.own.isMoving ? createOpeners(facts) : createProber(facts));
  }
}
