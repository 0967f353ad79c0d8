/** One pair of a lab file: its tries, what the routers saw of each, and whether that is what was expected. */
import type { LabSite } from '../../docker/lab.ts';
import { seenAs } from '../../docker/topology/seen-as.ts';
import type { PairTold } from '../../docker/witness/witness.ts';
import type { Outcome, RunCell, Try } from '../../results/run-result.ts';
import type { PathSeen } from '../../witness/path-seen.ts';
import type { Placed } from '../bed/plan.ts';
import type { Bed } from '../bed/start-bed.ts';
import { expectedCell, isExpected } from '../expectation.ts';
import type { ProgramImage } from '../program/guest-spec.ts';
import type { SideFacts } from '../program/resolve.ts';
import { runTry, type TryEnd } from './run-try.ts';
import type { PlacedSide } from './sides.ts';
import { writeCaptures } from './write-captures.ts';

export interface PairOptions {
  readonly a: Placed;
  readonly b: Placed;
  /** How often it is tried. */
  readonly repeat: number;
  /** The directory for what the routers capture; null: it is not kept. */
  readonly pcap: string | null;
  readonly signal: AbortSignal;
}

/** @throws the signal's reason, or Error when the engine is lost. */
export async function runPair(bed: Bed, { a, b, repeat, pcap, signal }: PairOptions): Promise<RunCell> {
  const { file } = bed;
  const expected = expectedCell(file.expect, a.access, b.access);
  const tries: Try[] = [];
  for (let number = 1; number <= repeat; number++) {
    const { end, path, ladder, captures } = await seenTry(bed, { a, b, number, signal });
    if (pcap !== null) await writeCaptures(pcap, { pair: [a.access.name, b.access.name], number, captures });
    const outcome = outcomeOf(end, path);
    const { reason, ms, sides } = end;
    tries.push({
      outcome,
      isAsExpected: isExpected(outcome, expected),
      reason,
      ms,
      path,
      ladder,
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
  readonly signal: AbortSignal;
}

async function seenTry(bed: Bed, pair: NumberedPair): Promise<PairTold & { readonly end: TryEnd }> {
  const { file, lab, helpers, volume, facts, witness } = bed;
  const sides = placedSides(bed, pair);
  const [siteA, siteB] = [lab.nat(pair.a.site), lab.nat(pair.b.site)];
  await restartHelpers(bed);
  await Promise.all([siteA, siteB].flatMap(routersOf).map((router) => router.forget()));
  using watch = await witness.watch(siteA, siteB, { names: hostNames(bed) });
  const inPair = {
    ...facts,
    sides: new Map(sides.map((placed) => [placed.side.name, factsOf(placed)])),
    pair: `${pair.a.site}-${pair.b.site}-${pair.number}`.replaceAll('+', '-'),
  };
  const end = await runTry({ file, sides, facts: inPair, helpers, volume, signal: pair.signal });
  return { ...(await watch.end()), end };
}

async function restartHelpers({ file, helpers }: Bed): Promise<void> {
  const anew = file.helpers.flatMap(({ name, restarts }) => (restarts ? [helpers.get(name)] : []));
  for (const helper of anew) {
    await helper?.kill();
    await helper?.start();
  }
}

/** Of the hosts on the public side, and of further peers as it sees them, by their addresses. */
function hostNames({ lab, helpers, plan }: Bed): Readonly<Record<string, string>> {
  const { primary, alternate, primary6, alternate6 } = lab.server;
  const named = [
    ...[primary, alternate, primary6, alternate6].map((address) => [address, 'server'] as const),
    ...[...helpers.values()].flatMap(({ name, address, address6 }) => [
      [address, name] as const,
      [address6, name] as const,
    ]),
    ...plan.further.flatMap(({ side, site }) =>
      allSeenAs(lab.nat(site)).map((address) => [address, side.name] as const),
    ),
  ];
  return Object.fromEntries(named.flatMap(([address, name]) => (address === null ? [] : [[address, name]])));
}

function placedSides({ file, lab, plan, images }: Bed, { a, b }: NumberedPair): readonly PlacedSide[] {
  const [first, second] = file.sides;
  const places = [{ side: first, ...a }, { side: second, ...b }, ...plan.further];
  return places.map(({ side, site, access }) => ({
    side,
    site: lab.nat(site),
    access: access.name,
    image: imageOf(images, side.name),
  }));
}

function imageOf(images: Bed['images'], name: string): ProgramImage {
  const image = images.get(`sides.${name}`);
  if (image === undefined) throw new RangeError(`there is no image for ${name}`);
  return image;
}

function routersOf({ router, carrier }: LabSite): readonly LabSite['router'][] {
  return carrier ? [router, carrier] : [router];
}

function factsOf({ side, site, access }: PlacedSide): SideFacts {
  const { address, address6 } = site.client(0);
  const seen = seenAs(site, site.client(0));
  return {
    name: side.name,
    nat: access,
    site: site.name,
    address,
    public: seen.addresses[0] ?? null,
    address6,
    public6: seen.address6,
  };
}

function allSeenAs(site: LabSite): readonly string[] {
  const { addresses, address6 } = seenAs(site, site.client(0));
  return address6 === null ? addresses : [...addresses, address6];
}
