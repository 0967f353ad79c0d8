/** What the plan says of every two kinds of NAT, and how many simulated punches opened a direct path: a table of docs/punch.md. */
import { symmetricLink } from '../../lab/sim/network/link.ts';
import { BEHAVIOR_PEERS } from '../../lab/sim/punch/behaviors.ts';
import { punchInSim } from '../../lab/sim/punch/punch.ts';
import { expectedProspect, type NamedPeer } from '../../lab/sim/punch/sample.ts';
import type { Prospect } from '../../src/nat/prospect.ts';
import recorded from './recorded/behaviors.json' with { type: 'json' };
import { markdownTable } from './table.ts';

/** What is kept of each pair, in either order, by `npm run docs:behaviors`. */
export interface RecordedPair {
  readonly a: string;
  readonly b: string;
  readonly runs: number;
  /** How many of them were direct on both sides. */
  readonly direct: number;
}

export const RECORDED_PAIRS: readonly RecordedPair[] = recorded;

const LINK = symmetricLink({ latencyMs: 30, jitterMs: 3, loss: 0.05 });

/** Every two of the nine kinds, once. */
export const BEHAVIOR_PAIRS: readonly (readonly [NamedPeer, NamedPeer])[] = BEHAVIOR_PEERS.flatMap((a, index) =>
  BEHAVIOR_PEERS.slice(index).map((b) => [a, b] as const),
);

/** Runs the seeds from 1 on. */
export function measurePair([a, b]: readonly [NamedPeer, NamedPeer], runs: number): RecordedPair {
  let direct = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const punch = punchInSim({ a: a.access, b: b.access, seed, linkA: LINK, linkB: LINK });
    if (punch.a.outcome === 'direct' && punch.b.outcome === 'direct') direct++;
  }
  return { a: a.name, b: b.name, runs, direct };
}

const WORDS: Readonly<Record<Prospect, string>> = {
  direct: 'checks',
  asymmetric: 'checks*',
  birthday: 'birthday',
  relay: 'relay',
};

export function behaviorTable(): string {
  const heads = ['', ...BEHAVIOR_PEERS.map(({ name }) => name)].map((head) => ({ head }));
  return markdownTable(
    heads,
    BEHAVIOR_PEERS.map((a) => [a.name, ...BEHAVIOR_PEERS.map((b) => cellOf(a, b))]),
  );
}

function cellOf(a: NamedPeer, b: NamedPeer): string {
  const names = [a.name, b.name];
  const found = RECORDED_PAIRS.find((pair) => isPair(pair, names));
  const prospect = expectedProspect(a, b);
  if (!found || !prospect) throw new Error(`${names.join(' × ')} has not been measured: run npm run docs:behaviors`);
  return `${WORDS[prospect]} ${found.direct}/${found.runs}`;
}

function isPair({ a, b }: RecordedPair, names: readonly string[]): boolean {
  return (a === names[0] && b === names[1]) || (a === names[1] && b === names[0]);
}
