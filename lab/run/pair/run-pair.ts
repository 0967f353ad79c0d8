/** One pair of a lab file: its tries, what the routers saw of each, and whether that is what was expected. */
import type { LabSite } from '../../docker/lab.ts';
import { seenAs } from '../../docker/topology/seen-as.ts';
import { once } from '../../docker/waiting.ts';
import type { PairTold } from '../../docker/witness/witness.ts';
import type { SideName } from '../../file/lab-file.ts';
import type { Outcome, RunCell, Try } from '../../results/run-result.ts';
import type { PathSeen } from '../../witness/path-seen.ts';
import { startHelper } from '../bed/helpers.ts';
import type { Placed } from '../bed/plan.ts';
import type { Bed } from '../bed/start-bed.ts';
import { expectedCell, isExpected } from '../expectation.ts';
import type { ProgramImage } from '../program/guest-spec.ts';
import type { SideFacts } from '../program/resolve.ts';
import { toldLengthOf } from '../program/told-lines.ts';
import { runTry, type TakeOver, type TryEnd, type TryOptions } from './run-try.ts';
import type { PlacedSide, RunningSide } from './sides.ts';
import { writeCaptures } from './write-captures.ts';

/** Of one pair's tries, the first one's and those of what was not as expected: a thousand tries stay a file that can be read. */
const LADDERS_MAX = 20;

export interface PairOptions {
  readonly a: Placed;
  readonly b: Placed;
  /** How often it is tried. */
  readonly repeat: number;
  /** The directory for what the routers capture; default: it is not kept. */
  readonly pcap?: string | undefined;
  readonly signal: AbortSignal;
  /** Asked at the first try that does not end as it should; what it gives takes over the programs, and there are no more tries. */
  readonly keep?: ((pair: KeptPair) => TakeOver | null) | undefined;
}

/** A pair whose programs still run, or are still there to look into. */
export interface KeptPair {
  readonly a: string;
  readonly b: string;
  readonly sides: readonly KeptSide[];
}

export interface KeptSide {
  readonly name: SideName;
  readonly site: LabSite;
  /** The id of its program's container; null if that was not started. */
  readonly container: string | null;
}

/** @throws the signal's reason, or Error when the engine is lost. */
export async function runPair(bed: Bed, options: PairOptions): Promise<RunCell> {
  const { a, b, repeat, pcap, keep } = options;
  const { file } = bed;
  const expected = expectedCell(file.expect, a.access, b.access);
  let isKept = false;
  const keepUnexpected: NumberedPair['keep'] = (outcome, sides) => {
    if (isExpected(outcome, expected)) return null;
    const take = keep?.({ a: a.access.name, b: b.access.name, sides }) ?? null;
    isKept = take !== null;
    return take;
  };
  const tries: Try[] = [];
  let ladders = 0;
  for (let number = 1; number <= repeat && !isKept; number++) {
    const numbered = { ...options, number, keep: keep && keepUnexpected };
    const { end, path, ladder, captures } = await seenTry(bed, numbered);
    if (pcap !== undefined) await writeCaptures(pcap, { pair: [a.access.name, b.access.name], number, captures });
    const outcome = outcomeOf(end, path);
    const { reason, ms, sides, faults } = end;
    const isAsExpected = isExpected(outcome, expected);
    const isShown = number === 1 || !isAsExpected;
    tries.push({
      outcome,
      isAsExpected,
      reason,
      ms,
      path,
      ladder: isShown && ladders++ < LADDERS_MAX ? ladder : null,
      sides,
      faults,
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

interface NumberedPair extends Omit<PairOptions, 'keep'> {
  readonly number: number;
  readonly keep: ((outcome: Outcome, sides: readonly KeptSide[]) => TakeOver | null) | undefined;
}

async function seenTry(bed: Bed, pair: NumberedPair): Promise<PairTold & { readonly end: TryEnd }> {
  const { file, lab, helpers, volume, facts, witness } = bed;
  const { signal, keep, repeat } = pair;
  const sides = placedSides(bed, pair);
  const [siteA, siteB] = [lab.nat(pair.a.site), lab.nat(pair.b.site)];
  await restartHelpers(bed, signal);
  await Promise.all([siteA, siteB].flatMap(routersOf).map((router) => router.forget()));
  using watch = await witness.watch(siteA, siteB, { names: hostNames(bed) });
  const inPair = {
    ...facts,
    sides: new Map(sides.map((placed) => [placed.side.name, factsOf(placed)])),
    pair: `${pair.a.site}-${pair.b.site}-${pair.number}`.replaceAll('+', '-'),
  };
  const seen = once(() => watch.end());
  const keepFailed: TryOptions['keep'] =
    keep && (async (end, running) => keep(outcomeOf(end, (await seen()).path), keptSides(sides, running)));
  const toldLength = toldLengthOf(repeat);
  const end = await runTry({ file, sides, facts: inPair, helpers, volume, toldLength, signal, keep: keepFailed });
  return { ...(await seen()), end };
}

function keptSides(sides: readonly PlacedSide[], running: readonly RunningSide[]): readonly KeptSide[] {
  return sides.map(({ side: { name }, site }) => {
    const container = running.find((one) => one.name === name)?.container() ?? null;
    return { name, site, container };
  });
}

async function restartHelpers({ file, helpers }: Bed, signal: AbortSignal): Promise<void> {
  const anew = file.helpers.flatMap(({ name, restarts }) => (restarts ? [helpers.get(name)] : []));
  for (const helper of anew) {
    await helper?.kill();
    if (helper) await startHelper(helper, { file, signal });
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

/** Also where a fault may have put it. */
function allSeenAs(site: LabSite): readonly string[] {
  const { addresses, address6 } = seenAs(site, site.client(0));
  return [...addresses, ...(address6 === null ? [] : [address6]), ...site.spareAddresses];
}
