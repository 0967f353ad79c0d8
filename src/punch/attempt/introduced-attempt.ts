/** Makes the attempt that an introduction leads to: the agent, the technique of the plan, and which candidates are checked when. */
import { type Endpoint, familyOf } from '../../endpoint.ts';
import type { IceAgent } from '../../ice/agent.ts';
import type { LocalCandidate } from '../../ice/candidates/candidate.ts';
import type { PairReport } from '../../ice/checklist/pair.ts';
import { otherRole } from '../../ice/role.ts';
import { isStable, mustBeShown, prospectOf } from '../../nat/prospect.ts';
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import { iceCredentials } from '../../rendezvous/protocol/ice-credentials.ts';
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import { type Attempt, createAttempt } from './attempt.ts';
import type { PunchBudget } from './budget.ts';
import { type CandidateAgent, PUNCH_SOCKET } from './candidates/candidate-agent.ts';
import { lateCandidatesOf } from './candidates/late-candidates.ts';
import { remoteCandidates } from './candidates/remote-candidates.ts';
import { isTarget } from './candidates/targets.ts';
import { mappedBetween, relaysApart } from './candidates/told-candidates.ts';
import { assumedPair } from './known-behavior.ts';
import { type PunchTechnique, wonBy } from './outcome/winner.ts';
import { type PunchPlan, toldOver } from './plan.ts';
import { createAnchors } from './techniques/anchors.ts';
import { createOpeners, createProber } from './techniques/birthday.ts';
import { isBirthdayOpener, isSpoilt, type KnownBehavior, type PortAssignment } from './techniques/choose-technique.ts';
import { createPrediction } from './techniques/prediction.ts';
import { createSecondTry } from './techniques/second-try.ts';
import { createShownAgain } from './techniques/shown-again.ts';
import type { Technique, TechniqueFacts } from './techniques/technique.ts';

const NOTHING_KNOWN: PortAssignment = { kind: 'undetermined', step: null, range: null };

/** When the first socket is shown again, if the checks alone are to open the path: on most, they have done so by then. */
const SHOW_AFTER_MS = 50;
/** How long IPv6 alone is tried where both sides have it, and IPv4 takes a technique of many packets. */
const HEAD_START_MS = 50;

export interface IntroducedAttempt extends Attempt {
  /** Returns the technique that opened the pair. */
  readonly wonBy: (pair: PairReport) => PunchTechnique;
}

interface IntroducedAttemptOptions {
  readonly introduction: Introduction;
  readonly plan: Pick<PunchPlan, 'technique' | 'otherwise'>;
  /** The behaviour that this side has told the peer, over IPv6 as well. */
  readonly behavior: ToldBehavior;
  readonly behavior6?: ToldBehavior | undefined;
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
}

export function createIntroducedAttempt(options: IntroducedAttemptOptions): IntroducedAttempt {
  const { introduction, agentOf, networks, budget, ...rest } = options;
  const { key, role, endpoint: peer, own } = introduction;
  const { plan, startAt, isBehind } = plannedOver(options);
  const pair = pairOf(toldOver(own, options), introduction);
  const agent = agentOf.create(introduction, {
    budget: budget.checks,
    // Nothing but the relay gets through, so there is nothing better to wait for.
    ...(options.plan.technique === 'relay' && { relayGraceMs: 0 }),
    answersFromAnyPort: pair.isAsymmetric,
    relays: relaysApart([...agentOf.candidates, ...introduction.candidates], introduction),
  });
  const surroundings = { server: rest.server.address, networks };
  // A technique works on the first socket, and on others like it.
  const mayMeet = isTarget(peer.address, introduction, surroundings) && mayReach(agent, peer);
  const technique = mayMeet ? techniqueFor(plan, pair) : null;
  const isPredicted = plan.technique === 'port-prediction' && pair.other.isMoving;
  const attempt = createAttempt({
    agent,
    peerCredentials: iceCredentials(key, otherRole(role)),
    ...{ startAt: options.startAt, server: rest.server, peer: mayMeet && !isPredicted ? peer : null },
    techniqueFrom: isBehind ? startAt : null,
    shownAgain: firstSocketOf(agent)
      ? createShownAgain({ ...rest, seen: introduction.own, from: showAt(plan, startAt) })
      : null,
    remote: remoteCandidates(introduction, { isPredicted, ...surroundings }),
    readLate: (lines) => lateCandidatesOf(lines, introduction, surroundings),
    createTechnique: technique && ((emit) => technique({ ...rest, ...pair, startAt, agent, peer, emit })),
    takeProbe: budget.takeProbe,
  });
  const planned = plan.technique;
  const family = familyOf(peer.address);
  const mapped = (): readonly Endpoint[] =>
    mappedBetween([...agentOf.candidates, ...attempt.late.own], {
      ...introduction,
      candidates: [...introduction.candidates, ...attempt.late.peer],
    });
  const isPeerStrict = introduction.behavior.filtering === 'address-and-port-dependent';
  return {
    ...attempt,
    wonBy: (won) =>
      wonBy(won, { family, planned, isByTechnique: attempt.isByTechnique(won), isPeerStrict, mapped: mapped() }),
  };
}

/** A hard technique depends on where this side is seen; most other paths are open before it would matter. */
function showAt({ technique }: Pick<PunchPlan, 'technique'>, startAt: number): number {
  return technique === 'simultaneous-open' ? startAt + SHOW_AFTER_MS : Number.NEGATIVE_INFINITY;
}

function firstSocketOf(agent: IceAgent): LocalCandidate | undefined {
  return agent.localCandidates().find(({ socket }) => socket === PUNCH_SOCKET);
}

function mayReach(agent: IceAgent, { address }: Endpoint): boolean {
  const first = firstSocketOf(agent);
  return first !== undefined && familyOf(first.base.address) === familyOf(address);
}

/** Returns what is planned for the first socket, and when that begins: a technique of many packets later than checks over IPv6. */
function plannedOver({ introduction, plan, startAt }: IntroducedAttemptOptions): {
  readonly plan: Pick<PunchPlan, 'technique'>;
  readonly startAt: number;
  readonly isBehind: boolean;
} {
  const first = plan.otherwise ?? plan;
  const isBehind = introduction.also !== undefined && first.technique !== 'simultaneous-open';
  return { plan: first, startAt: isBehind ? startAt + HEAD_START_MS : startAt, isBehind };
}

/** The two sides as a technique sees them, and what follows for the part of this one. */
interface PairOfSides extends Pick<TechniqueFacts, 'own' | 'other' | 'isShown'> {
  /** Whether each answer comes from another port than the one that was asked. */
  readonly isAsymmetric: boolean;
  /** Whether this side is the one with many sockets in a birthday. */
  readonly isOpener: boolean;
}

function pairOf(told: ToldBehavior, { key, role, behavior }: Introduction): PairOfSides {
  const [mine, theirs] = assumedPair(told, behavior);
  const sides = {
    own: { ...sideOf(mine), credentials: iceCredentials(key, role) },
    other: { ...sideOf(theirs), credentials: iceCredentials(key, otherRole(role)) },
  };
  if (!mine || !theirs) return { ...sides, isAsymmetric: false, isOpener: false, isShown: false };
  return {
    ...sides,
    isAsymmetric: prospectOf(mine, theirs) === 'asymmetric',
    isOpener: isBirthdayOpener(mine, theirs, role === 'controlling'),
    isShown: mustBeShown(mine, theirs),
  };
}

function sideOf(known: KnownBehavior | null) {
  const isMoving = known !== null && !isStable(known);
  return { isMoving, isSpoilt: known !== null && isSpoilt(known), allocation: known?.allocation ?? NOTHING_KNOWN };
}

/** Returns what creates the technique of the plan; null where the plan needs no more than the agent's checks. */
function techniqueFor(
  { technique }: Pick<PunchPlan, 'technique'>,
  { isAsymmetric, isOpener }: PairOfSides,
): ((facts: TechniqueFacts) => Technique) | null {
  switch (technique) {
    case 'simultaneous-open':
      return isAsymmetric ? createAnchors : createSecondTry;
    case 'relay':
      return null;
    case 'port-prediction':
      return createPrediction;
    case 'birthday':
      return isOpener ? createOpeners : createProber;
  }
}
