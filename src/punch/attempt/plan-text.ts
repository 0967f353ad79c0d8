/** The sentence of a plan: the side and the cause, and what would help. */
import type { Family } from '../../endpoint.ts';
import { isStable } from '../../nat/prospect.ts';
import type { ToldBehavior } from '../../rendezvous/protocol/fields.ts';
import { knownBehavior } from './known-behavior.ts';
import type { TechniqueChoice } from './techniques/choose-technique.ts';

interface Side {
  readonly id: string;
  readonly behavior: ToldBehavior;
}

/** @param sides the side with a moving port first; where both ports move, the side that sends from many sockets. */
export function planText(choice: TechniqueChoice, sides: readonly [Side, Side]): string {
  switch (choice.technique) {
    case 'simultaneous-open':
      return 'the two NATs can be opened from both sides';
    case 'port-prediction': {
      const all = sides.filter(isMoving).map(({ id }) => id);
      return `the next port of the symmetric NAT of ${all.join(' and of that of ')} can be predicted (port prediction)`;
    }
    case 'birthday': {
      const { probability, packets, seconds } = choice;
      const odds = `a ${formatOdds(probability)} chance of a match`;
      return `${birthdayCause(sides)}: ${odds}, with at most ${packets} packets, within ${seconds.toFixed(1)} s`;
    }
    case 'relay': {
      const cause = `${sides[0].id} and ${sides[1].id} are both behind symmetric NATs, whose ports cannot be predicted`;
      return `${cause}: only a relay gets through, unless one side moves behind a different NAT`;
    }
  }
}

/** The sentence of a plan against a moving port where what is not known of the other side is assumed. */
export function assumptionText(
  choice: TechniqueChoice,
  sides: { readonly unknown: Side; readonly moving: Side },
): string {
  const { unknown, moving } = sides;
  const assumed =
    unknown.behavior.mapping === 'undetermined'
      ? `it is not known what the NAT of ${unknown.id} does: it is taken for one that keeps its public endpoint and has the strictest filter`
      : `it is not known what the NAT of ${unknown.id} lets in: its filter is taken for the strictest`;
  const tried =
    choice.technique === 'birthday'
      ? `the port of the symmetric NAT of ${moving.id} is met with ${formatOdds(choice.probability)} chance then, with at most ${choice.packets} packets, within ${choice.seconds.toFixed(1)} s`
      : `the next port of the symmetric NAT of ${moving.id} can be predicted (port prediction)`;
  return `${assumed}; ${tried}`;
}

/** The sentence of a plan where the servers have shown of one side that its port stays, and not of the other. */
export function doubtText(
  { probability, packets, seconds }: TechniqueChoice,
  { doubtful, stable }: { readonly doubtful: Side; readonly stable: Side },
): string {
  const assumed = `the servers see ${stable.id} at one public endpoint, but leave open what the NAT of ${doubtful.id} does: it is taken for symmetric`;
  return `${assumed}; its port is met with ${formatOdds(probability)} chance then, with at most ${packets} packets, within ${seconds.toFixed(1)} s`;
}

function birthdayCause([opener, other]: readonly [Side, Side]): string {
  if (!isMoving(other)) {
    return `${opener.id} is behind a symmetric NAT with random ports, and the NAT of ${other.id} lets in only the exact address and port that it has sent to`;
  }
  const lets =
    opener.behavior.filtering === 'endpoint-independent'
      ? 'anyone in'
      : 'in any port of an address that it has sent to';
  return `${opener.id} and ${other.id} are both behind symmetric NATs, but that of ${opener.id} lets ${lets}`;
}

function isMoving({ behavior }: Side): boolean {
  const known = knownBehavior(behavior);
  return known !== null && !isStable(known);
}

/** Explains two sides without an IP version in common: a relay of one version does not help either. */
export function splitText(ids: readonly [string, string], families: readonly [Family, Family]): string {
  return `${ids[0]} is reachable over ${families[0]} alone, and ${ids[1]} over ${families[1]} alone: let both reach the server over one family`;
}

interface Planned {
  readonly probability: number | null;
  readonly text: string;
}

/** Explains a pair that IPv6 opens, or may open, and IPv4 may not. */
export function overIpv6Text(
  ids: readonly [string, string],
  { second, first }: { readonly second: Planned; readonly first: Planned },
): string {
  const can = second.probability === 1 ? 'which can be opened from both sides' : `where ${second.text}`;
  return `the server has seen both ${ids[0]} and ${ids[1]} over IPv6, ${can} (over IPv4, ${first.text})`;
}

/** Formats a probability, never rounded up to certainty: such as `50 %`, `98.3 %`, `99.9999935 %`, `100 %`. */
export function formatOdds(probability: number): string {
  if (probability >= 1) return '100 %';
  const decimals = Math.min(8, Math.max(0, Math.ceil(-Math.log10(1 - probability)) - 1));
  return `${(100 * probability).toFixed(decimals)} %`;
}
