/** Watches the routers of pairs: what passed them, by what they capture and count. */
import { randomBytes } from 'node:crypto';
import { createOwner } from '../../../src/net/owner.ts';
import type { SideOfPair, WatchedRouter } from '../../witness/journey/journey.ts';
import type { Parties } from '../../witness/journey/parties.ts';
import type { Ladder } from '../../witness/ladder.ts';
import type { SideCounts } from '../../witness/path/path-of-counts.ts';
import type { PathSeen } from '../../witness/path-seen.ts';
import { tellPair } from '../../witness/tell-pair.ts';
import type { LabContainer } from '../container/container.ts';
import { type SeenSite, seenAs } from '../topology/seen-as.ts';
import { type CaptureOptions, type RouterCapture, startCapture } from './capture.ts';
import { countedSince, type RouterCounts, readCounts } from './counters.ts';
import { type Marks, type Recording, sendMark } from './recorder.ts';

/** A site whose routers are watched, such as a `LabSite`. */
export interface WatchedSite extends SeenSite {
  readonly router: LabContainer;
  readonly carrier: LabContainer | null;
  readonly clients: readonly LabContainer[];
  /** The public addresses that it may be given. */
  readonly spareAddresses: readonly string[];
}

/** Its captures run, each from the first time that a pair of its router is watched, until it is disposed. */
export interface Witness extends AsyncDisposable {
  /** Watches a pair from when this resolves. @throws Error when a router cannot capture or count. */
  watch(a: WatchedSite, b: WatchedSite, options?: WatchOptions): Promise<PairWatch>;
}

export interface WatchOptions {
  /** Names of those on the public side by their addresses; others are named by their addresses. */
  readonly names?: Readonly<Record<string, string>>;
}

/** Disposed of without `end`, it tells nothing. */
export interface PairWatch extends Disposable {
  /** Waits until everything that has passed the routers so far is there, and tells what that was. Once. */
  end(): Promise<PairTold>;
}

export interface PairTold {
  readonly path: PathSeen;
  readonly ladder: Ladder;
  /** What each router has captured, as a file; without packets unless they are kept whole. */
  readonly captures: readonly { readonly name: string; readonly pcap: Uint8Array }[];
}

/** A router under load may be late with a mark. */
const MARK_TIMEOUT_MS = 2000;

export function createWitness(options: CaptureOptions): Witness {
  const owned = createOwner();
  const captures = new Map<string, Promise<RouterCapture>>();
  const captureOf = (router: LabContainer): Promise<RouterCapture> => {
    const running = captures.get(router.id) ?? startCapture(router, options).then(owned.use);
    captures.set(router.id, running);
    return running;
  };
  return {
    watch: (a, b, { names = {} } = {}) => watchPair({ a, b }, { names, captureOf }),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(captures.values());
      await owned[Symbol.asyncDispose]();
    },
  };
}

type Sites = Readonly<Record<SideOfPair, WatchedSite>>;

interface Watching {
  readonly names: Readonly<Record<string, string>>;
  readonly captureOf: (router: LabContainer) => Promise<RouterCapture>;
}

/** A router that is recorded, and what it had counted when that began. */
interface Recorded {
  readonly container: LabContainer;
  readonly router: WatchedRouter;
  readonly marks: Marks;
  readonly recording: Recording;
  readonly before: RouterCounts;
}

async function watchPair(sites: Sites, { names, captureOf }: Watching): Promise<PairWatch> {
  const routers = (['a', 'b'] as const).flatMap((side) => routersOf(sites[side], side));
  const recorded = await Promise.all(routers.map((one) => recordRouter(one, captureOf)));
  const startAt = await startOf(recorded);
  const stop = (): void => {
    for (const { recording } of recorded) recording.stop();
  };
  return {
    end: async () => {
      try {
        const after = await Promise.all(recorded.map(endOfRouter));
        return toldOf({ recorded, after, parties: partiesOf(sites, { recorded, names }), startAt });
      } finally {
        stop();
      }
    },
    [Symbol.dispose]: stop,
  };
}

interface Watched {
  readonly recorded: readonly Recorded[];
  /** What each of those has counted in the end. */
  readonly after: readonly RouterCounts[];
  readonly parties: Parties;
  readonly startAt: number;
}

function toldOf(watched: Watched): PairTold {
  const { recorded, parties, startAt } = watched;
  const captured = recorded.map(({ router, recording }) => {
    return { router, packets: recording.packets, missed: recording.missed() };
  });
  const counts = { a: countsOf('a', watched), b: countsOf('b', watched) };
  return {
    ...tellPair({ captured, parties, startAt, counts }),
    captures: recorded.map(({ router, recording }) => ({ name: router.name, pcap: recording.pcap() })),
  };
}

interface SiteRouter {
  readonly container: LabContainer;
  readonly side: SideOfPair;
  readonly name: string;
  readonly rank: number;
}

function routersOf({ router, carrier }: WatchedSite, side: SideOfPair): readonly SiteRouter[] {
  const own = { container: router, side, name: `${side}'s router`, rank: 0 };
  return carrier ? [own, { container: carrier, side, name: `${side}'s carrier`, rank: 1 }] : [own];
}

async function recordRouter({ container, ...place }: SiteRouter, captureOf: Watching['captureOf']): Promise<Recorded> {
  const id = randomBytes(8).toString('hex');
  const marks = { begin: `begin ${id}`, end: `end ${id}` };
  const capture = await captureOf(container);
  const recording = capture.record(marks);
  const before = await readCounts(container, sendMark(marks.begin));
  await withinTime(recording.begun);
  return { container, router: { ...place, ...capture.links }, marks, recording, before };
}

/** Now, by the routers' clock; they all have that of their one engine. */
async function startOf(recorded: readonly Recorded[]): Promise<number> {
  const begun = await Promise.all(recorded.map(({ recording }) => withinTime(recording.begun)));
  const first = begun.find((one) => one !== null && one !== undefined);
  return first ? first.at + (performance.now() - first.heardAt) : Date.now();
}

async function endOfRouter({ container, marks, recording }: Recorded): Promise<RouterCounts> {
  const counts = await readCounts(container, sendMark(marks.end));
  await withinTime(recording.ended);
  return counts;
}

/** Without its mark, what there is has to do. */
async function withinTime<T>(promise: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), MARK_TIMEOUT_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Naming {
  readonly recorded: readonly Recorded[];
  readonly names: Readonly<Record<string, string>>;
}

function partiesOf({ a, b }: Sites, { recorded, names }: Naming): Parties {
  const routers = recorded.map(({ router }) => router);
  return {
    seenAs: { a: addressesOf(a), b: addressesOf(b) },
    routers: { a: routers.filter(({ side }) => side === 'a'), b: routers.filter(({ side }) => side === 'b') },
    names,
  };
}

/** Of all clients of the site, also after it has been renumbered. */
function addressesOf(site: WatchedSite): readonly string[] {
  const all = site.clients.flatMap((client) => {
    const { addresses, address6 } = seenAs(site, client);
    return address6 === null ? addresses : [...addresses, address6];
  });
  return [...new Set([...all, ...site.spareAddresses])];
}

function countsOf(side: SideOfPair, { recorded, after, parties }: Watched): SideCounts {
  const index = recorded.findIndex(({ router }) => router.side === side && router.rank === 0);
  const [own, now] = [recorded[index], after[index]];
  if (!own || !now) throw new Error(`no router of ${side} has counted`);
  return { ...countedSince(own.before, now), seenAs: parties.seenAs[side] };
}
