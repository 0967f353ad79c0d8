/** The plan of a punch: what is tried with a pair, with what odds, and whose NAT is the obstacle. It is told before the punch starts. */

import { isStable } from '../../nat/prospect.ts';
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import type { Introduction } from '../../rendezvous/protocol/server-message.ts';
import {
  chooseTechnique,
  type KnownBehavior,
  type PortAssignment,
  type TechniqueChoice,
} from './techniques/choose-technique.ts';
import { relayAddresses, tellsMappedPort, tellsRelayOnly } from './told-candidates.ts';

/** One side: its id, and how its NAT behaves, as that side has detected it. */
export interface PlanSide {
  readonly id: string;
  readonly behavior: ToldBehavior;
  /** Whether it can be reached only through a relay, so that the behaviour of its NAT does not matter. */
  readonly isRelayOnly?: boolean;
}

export interface PunchPlan extends Omit<TechniqueChoice, 'probability'> {
  /** Null where too little is known about one side; the plain steps are tried then. */
  readonly probability: number | null;
  /** One sentence that names the side and the cause, and what would help. */
  readonly text: string;
}

const PLAIN: TechniqueChoice = { technique: 'simultaneous-open', probability: 1, packets: 0, seconds: 0 };
const RELAY: TechniqueChoice = { technique: 'relay', probability: 0, packets: 0, seconds: 0 };
const NOTHING_KNOWN: PortAssignment = { kind: 'undetermined', step: null, range: null };

/** What else is known about the two sides. */
interface PairFacts {
  /** Whether both have the same public address, so that it does not matter how their NAT treats others. */
  readonly isSameNat?: boolean;
  /** Whether a router has mapped a port to one of the two, at which anyone can reach it. */
  readonly isMapped?: boolean;
  /** Whether the peer is seen at the address of a relay, where thousands of packets to other ports would hit others. */
  readonly isAtRelay?: boolean;
}

/** Makes the plan that follows from an introduction: from what both sides have told, and from where the server has seen them. */
export function planIntroduced(
  { peer, candidates: heard, behavior: peerBehavior, own, endpoint }: Introduction,
  side: {
    readonly id: string;
    /** What this side has told the peer. */
    readonly candidates: readonly string[];
    readonly behavior: ToldBehavior;
    /** Whether its socket reaches the server. */
    readonly isDirect: boolean;
    /** The server's IP address. */
    readonly server: string;
  },
): PunchPlan {
  const { id, candidates: told, behavior, isDirect, server } = side;
  return planPunch(
    { id, behavior, isRelayOnly: tellsRelayOnly(told, own) },
    { id: peer, behavior: peerBehavior, isRelayOnly: tellsRelayOnly(heard, endpoint) },
    {
      isSameNat: own.address === endpoint.address && isDirect,
      isMapped: tellsMappedPort(heard, endpoint) || tellsMappedPort(told, own),
      isAtRelay: endpoint.address === server || relayAddresses([...told, ...heard]).has(endpoint.address),
    },
  );
}

export function planPunch(
  own: PlanSide,
  peer: PlanSide,
  { isSameNat = false, isMapped = false, isAtRelay = false }: PairFacts = {},
): PunchPlan {
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
  const [a, b] = [knownBehavior(own), knownBehavior(peer)];
  if (!a || !b) {
    const unknown = [own, peer].filter((side) => !knownBehavior(side)).map(({ id }) => id);
    return {
      ...PLAIN,
      probability: null,
      text: `too little is known about the NAT of ${unknown.join(' and that of ')} to say more`,
    };
  }
  const choice = chooseTechnique(a, b);
  if (choice.technique === 'birthday' && isAtRelay) {
    return { ...RELAY, text: `${peer.id} is seen at the address of a relay, toward which no birthday attempt is made` };
  }
  return { ...choice, text: textOf(choice, isStable(a) ? [peer, own] : [own, peer]) };
}

/** @param sides the side with a moving port first, if there is one. */
function textOf(
  { technique, probability, packets, seconds }: TechniqueChoice,
  sides: readonly [PlanSide, PlanSide],
): string {
  const [moving, other] = sides;
  switch (technique) {
    case 'simultaneous-open':
      return 'the two NATs can be opened from both sides';
    case 'port-prediction': {
      const all = sides.filter(({ behavior }) => !isStable(behavior as KnownBehavior)).map(({ id }) => id);
      return `the next port of the symmetric NAT of ${all.join(' and of that of ')} can be predicted (port prediction)`;
    }
    case 'birthday': {
      const cause = `${moving.id} is behind a symmetric NAT with random ports, and the NAT of ${other.id} lets in only the exact address and port that it has sent to`;
      const odds = `a ${formatOdds(probability)} chance of a match`;
      return `${cause}: ${odds}, with at most ${packets} packets, within ${seconds.toFixed(1)} s`;
    }
    case 'relay': {
      const cause = `${moving.id} and ${other.id} are both behind symmetric NATs, whose ports cannot be predicted`;
      return `${cause}: only a relay gets through, unless one side moves behind a different NAT`;
    }
  }
}

/** Formats a probability, never rounded up to certainty: such as `50 %`, `98.3 %`, `99.9999935 %`, `100 %`. */
export function formatOdds(probability: number): string {
  if (probability >= 1) return '100 %';
  const decimals = Math.min(8, Math.max(0, Math.ceil(-Math.log10(1 - probability)) - 1));
  return `${(100 * probability).toFixed(decimals)} %`;
}

/** Returns null where too little is known. A destination-dependent mapping is enough by itself; a stable one needs a known filter. */
export function knownBehavior({ behavior }: PlanSide): KnownBehavior | null {
  const { mapping, filtering, allocation = NOTHING_KNOWN } = behavior;
  if (mapping === 'undetermined') return null;
  if (filtering !== 'undetermined' && filtering !== 'none') return { mapping, filtering, allocation };
  return isStable({ mapping }) ? null : { mapping, filtering: 'address-and-port-dependent', allocation };
}
