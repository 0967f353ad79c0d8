/** One pair of a lab file: its tries, what the routers saw of each, and whether that is what was expected. */

import type { Lab, LabSite } from '../../docker/lab.ts';
import { readCounts, startCounting } from '../../docker/witness/counters.ts';
import type { LabFile, SideName } from '../../file/lab-file.ts';
import type { Outcome, RunCell, Try } from '../../results/run-result.ts';
import { pathOfCounts } from '../../witness/path-of-counts.ts';
import type { PathSeen } from '../../witness/path-seen.ts';
import type { BedPlan, Placed } from '../bed/plan.ts';
import { expectedCell, isExpected } from '../expectation.ts';
import type { Output } from './output.ts';
import type { SideFacts } from './resolve.ts';
import { runTry, type TryEnd } from './run-try.ts';
import type { PlacedSide } from './sides.ts';

export interface PairBed {
  readonly file: LabFile;
  readonly lab: Lab;
  readonly plan: BedPlan;
  /** The image of each side's program. */
  readonly images: ReadonlyMap<SideName, string>;
  readonly helpers: ReadonlyMap<string, { readonly address: string; readonly output: Output }>;
  readonly shared: string | null;
  readonly repeat: number;
  readonly signal: AbortSignal;
}

/** @throws the signal's reason, or Error when the engine is lost. */
export async function runPair(bed: PairBed, a: Placed, b: Placed): Promise<RunCell> {
  const { file, repeat } = bed;
  const expected = expectedCell(file.expect, a.access, b.access);
  const tries: Try[] = [];
  for (let number = 1; number <= repeat; number++) {
    const { end, path } = await seenTry(bed, { a, b, number });
    const outcome = outcomeOf(end, path);
    const { reason, ms, sides } = end;
    tries.push({
      outcome,
      isAsExpected: isExpected(outcome, expected),
      reason,
      ms,
      path,
      ladder: null,
      sides,
      faults: [],
    });
  }
  return {
    a: a.access.name,
    b: b.access.name,
    expected,
    isAsExpected: tries.every((one) => one.isAsExpected),
    tries: tries as [Try, ...Try[]],
  };
}

/** The program's word is good for its success alone; how it came about is what the routers saw. */
function outcomeOf({ kind }: TryEnd, path: PathSeen): Outcome {
  if (kind === 'error') return 'error';
  if (kind === 'failed') return 'none';
  return path.kind === 'none' ? 'unseen' : path.kind;
}

interface NumberedPair {
  readonly a: Placed;
  readonly b: Placed;
  readonly number: number;
}

async function seenTry(bed: PairBed, pair: NumberedPair): Promise<{ readonly end: TryEnd; readonly path: PathSeen }> {
  const { file, lab, helpers, shared, signal } = bed;
  const sides = placedSides(bed, pair);
  const [siteA, siteB] = [lab.nat(pair.a.site), lab.nat(pair.b.site)];
  await Promise.all([siteA, siteB].flatMap(routersOf).map((router) => router.forget()));
  await Promise.all([siteA, siteB].map(({ router }) => startCounting(router)));
  const facts = {
    server: lab.server.primary,
    alternate: lab.server.alternate,
    helpers: new Map([...helpers].map(([name, { address }]) => [name, address])),
    sides: new Map(sides.map(({ side, site }) => [side.name, factsOf(side.name, site)])),
    pair: `${pair.a.site}-${pair.b.site}-${pair.number}`.replaceAll('+', '-'),
    shared: '/shared',
  };
  const outputs = new Map([...helpers].map(([name, { output }]) => [name, output]));
  const end = await runTry({ file, sides, facts, helpers: outputs, shared, signal });
  const [countsA, countsB] = await Promise.all([siteA, siteB].map(({ router }) => readCounts(router)));
  if (!countsA || !countsB) throw new Error('the routers have not counted');
  const names = Object.fromEntries([...facts.helpers].map(([name, address]) => [address, name]));
  const path = pathOfCounts(
    { ...countsA, seenAs: seenAs(siteA) },
    { ...countsB, seenAs: seenAs(siteB) },
    { ...names, [lab.server.primary]: 'server', [lab.server.alternate]: 'server' },
  );
  return { end, path };
}

function placedSides({ file, lab, plan, images }: PairBed, { a, b }: NumberedPair): readonly PlacedSide[] {
  const [first, second] = file.sides;
  const places = [{ side: first, site: a.site }, { side: second, site: b.site }, ...plan.further];
  return places.map(({ side, site }) => ({ side, site: lab.nat(site), image: images.get(side.name) ?? '' }));
}

function routersOf({ router, carrier }: LabSite): readonly LabSite['router'][] {
  return carrier ? [router, carrier] : [router];
}

function factsOf(name: SideName, site: LabSite): SideFacts {
  const { address, address6 } = site.client(0);
  const [seen, seen6] = [
    site.access.kind === 'nat' ? site.publicAddress : address,
    site.ipv6?.kind === 'nat' ? site.publicAddress6 : address6,
  ];
  return {
    name,
    nat: site.name.replace(/-\d+$/, ''),
    site: site.name,
    address,
    public: seen,
    address6,
    public6: seen6,
  };
}

/** Where nothing is translated, by the address of its client. */
function seenAs(site: LabSite): readonly string[] {
  const { address, address6 } = site.client(0);
  const four = site.access.kind === 'nat' ? site.publicAddress : address;
  const six = site.ipv6?.kind === 'nat' ? site.publicAddress6 : address6;
  return [four, ...(six === null ? [] : [six])];
}
