/** The plan of a punch: what is tried with a pair, with what odds, and whose NAT is the obstacle. It is told before the punch starts. */

import { type Endpoint, type Family, familyOf } from '../../endpoint.ts';
import { isStable } from '../../nat/prospect.ts';
import type { Introduction, ToldBehavior } from '../../rendezvous/protocol/introduction.ts';
import { familiesTold, relayAddresses, tellsMappedPort, tellsRelayOnly } from './candidates/told-candidates.ts';
import { assumedPair, isDoubtful, knownBehavior, possibleBehaviors } from './known-behavior.ts';
import { assumptionText, doubtText, overIpv6Text, planText, splitText } from './plan-text.ts';
import { chooseTechnique, isBirthdayOpener, type TechniqueChoice } from './techniques/choose-technique.ts';

/** One side: its id, and how its NAT behaves, as that side has detected it. */
export interface PlanSide {
  readonly id: string;
  readonly behavior: ToldBehavior;
  /** Whether it can be reached only through a relay, so that the behaviour of its NAT does not matter. */
  readonly isRelayOnly?: boolean;
}

export interface PunchPlan extends Omit<TechniqueChoice, 'probability'> {
  /** Null where too little is known about one side. */
  readonly probability: number | null;
  /** One sentence that names the side and the cause, and what would help. */
  readonly text: string;
  /** What is tried over IPv4 where IPv6 does not open the pair in time; left out where the plan is for one family. */
  readonly otherwise?: Omit<PunchPlan, 'otherwise'>;
}

const PLAIN: TechniqueChoice = { technique: 'simultaneous-open', probability: 1, packets: 0, seconds: 0 };
const RELAY: TechniqueChoice = { technique: 'relay', probability: 0, packets: 0, seconds: 0 };

/** What else is known about the two sides. */
interface PairFacts {
  /** Whether both have the same public address, so that it does not matter how their NAT treats others. */
  readonly isSameNat?: boolean;
  /** Whether a router has mapped a port to one of the two, at which anyone can reach it. */
  readonly isMapped?: boolean;
  /** Whether the peer is seen at the address of a relay, where thousands of packets to other ports would hit others. */
  readonly isAtRelay?: boolean;
  /** The IP version of each side, this one's first, where they have none in common. */
  readonly families?: readonly [own: Family, peer: Family] | null;
}

interface IntroducedSide {
  readonly id: string;
  /** What this side has told the peer. */
  readonly candidates: readonly string[];
  readonly behavior: ToldBehavior;
  readonly behavior6?: ToldBehavior | undefined;
  /** Whether its socket reaches the server. */
  readonly isDirect: boolean;
  /** The server's IP address. */
  readonly server: string;
}

/**
 * Makes the plan that follows from an introduction: from what both sides have told, and from where the server has seen them.
 * Where it has seen both over IPv6 as well, and that opens the pair for certain while IPv4 does not, IPv6 is the plan; or where
 * it may open the pair, and IPv4 cannot.
 */
export function planIntroduced(introduction: Introduction, side: IntroducedSide): PunchPlan {
  const first = planOver(introduction, { ...side, behavior: toldOver(introduction.own, side) });
  const { also } = introduction;
  if (!also || (first.technique === 'simultaneous-open' && first.probability === 1)) return first;
  const second = planOver({ ...introduction, ...also }, { ...side, behavior: toldOver(also.own, side) });
  if (second.technique !== 'simultaneous-open') return first;
  if (second.probability !== 1 && first.technique !== 'relay') return first;
  return { ...second, text: overIpv6Text([side.id, introduction.peer], { second, first }), otherwise: first };
}

/** Returns what this side has told about the family in which the server has seen it at `own`. */
export function toldOver(
  own: Endpoint,
  { behavior, behavior6 }: Pick<IntroducedSide, 'behavior' | 'behavior6'>,
): ToldBehavior {
  return (familyOf(own.address) === 'IPv6' ? behavior6 : undefined) ?? behavior;
}

/** The plan over the family of the two endpoints. */
function planOver(
  { peer, candidates: heard, behavior: peerBehavior, own, endpoint }: Introduction,
  { id, candidates: told, behavior, isDirect, server }: IntroducedSide,
): PunchPlan {
  return planPunch(
    { id, behavior, isRelayOnly: tellsRelayOnly(told, own) },
    { id: peer, behavior: peerBehavior, isRelayOnly: tellsRelayOnly(heard, endpoint) },
    {
      isSameNat: own.address === endpoint.address && isDirect,
      isMapped: tellsMappedPort(heard, endpoint) || tellsMappedPort(told, own),
      isAtRelay: endpoint.address === server || relayAddresses([...told, ...heard]).has(endpoint.address),
      families: splitFamilies(familiesTold(told, own), familiesTold(heard, endpoint)),
    },
  );
}

/** Returns the IP version of each side, this one's first; null where they have one in common. */
function splitFamilies(own: readonly Family[], peer: readonly Family[]): readonly [Family, Family] | null {
  const [first, other] = [own[0], peer[0]];
  return first && other && !own.some((family) => peer.includes(family)) ? [first, other] : null;
}

export function planPunch(own: PlanSide, peer: PlanSide, facts: PairFacts = {}): PunchPlan {
  const { isSameNat = false, isMapped = false, isAtRelay = false, families = null } = facts;
  if (families) return { ...RELAY, text: splitText([own.id, peer.id], families) };
  const relayOnly = [own, peer].filter((side) => side.isRelayOnly).map(({ id }) => id);
  if (relayOnly.length > 0) {
    const verb = relayOnly.length > 1 ? 'are' : 'is';
    return {
      ...RELAY,
      text: `${relayOnly.join(' and ')} ${verb} reachable only through a relay: no direct path is tried`,
    };
  }
  if (isSameNat) return { ...PLAIN, text: `${own.id} and ${peer.id} are behind the same NAT, or on one network` };
  if (isMapped) return { ...PLAIN, text: 'a router has mapped a port, at which its side is reachable' };
  const [a, b] = [knownBehavior(own.behavior), knownBehavior(peer.behavior)];
  if (!a || !b) return planUnknown(own, peer, isAtRelay ? 'at-relay' : 'anywhere');
  const choice = chooseTechnique(a, b);
  if (choice.technique === 'birthday' && isAtRelay) {
    return { ...RELAY, text: `${peer.id} is seen at the address of a relay, toward which no birthday attempt is made` };
  }
  const isOwnFirst =
    isStable(a) === isStable(b) ? choice.technique !== 'birthday' || isBirthdayOpener(a, b, true) : isStable(b);
  return { ...choice, text: planText(choice, isOwnFirst ? [own, peer] : [peer, own]) };
}

/**
 * The plan where too little is known about one NAT: certain only if the pair opens whatever that NAT does. Against a moving
 * port the technique goes by what is assumed of it, and the plan says so.
 */
function planUnknown(own: PlanSide, peer: PlanSide, peerIs: 'anywhere' | 'at-relay'): PunchPlan {
  const unknown = [own, peer].filter(({ behavior }) => !knownBehavior(behavior));
  const choices = possibleBehaviors(own.behavior).flatMap((a) =>
    possibleBehaviors(peer.behavior).map((b) => chooseTechnique(a, b)),
  );
  if (choices.every(({ technique }) => technique === 'simultaneous-open')) {
    return { ...PLAIN, text: `the pair can be opened, whatever the NAT of ${unknown[0]?.id} does` };
  }
  const [a, b] = assumedPair(own.behavior, peer.behavior);
  const choice = a && b ? chooseTechnique(a, b) : PLAIN;
  const [side] = unknown;
  if (side && choice.technique !== 'simultaneous-open' && !(choice.technique === 'birthday' && peerIs === 'at-relay')) {
    const [doubtful] = [own, peer].filter((one) => isDoubtful(one.behavior, (one === own ? peer : own).behavior));
    if (doubtful) {
      const stable = doubtful === own ? peer : own;
      return { ...choice, probability: null, text: doubtText(choice, { doubtful, stable }) };
    }
    const isStableKnown = side.behavior.mapping !== 'undetermined';
    const moving = side === own ? peer : own;
    return {
      ...choice,
      probability: isStableKnown ? choice.probability : null,
      text: assumptionText(choice, { unknown: side, moving }),
    };
  }
  const whose = unknown.map(({ id }) => id).join(' and that of ');
  return { ...PLAIN, probability: null, text: `too little is known about the NAT of ${whose} to say more` };
}
