/**
 * How fast a direct path opens over every openable pair of the container lab, with natcheck and with hyperdht, in the same
 * containers and in turns. What is counted is not quite the same:
 * natcheck, either side: from the introduction, when the server knows both, to step 7, when an authenticated check has been
 * answered and the pair is nominated. The way to the server, the room and the own NAT are known by then.
 * hyperdht, the side that connects: from `connect`, with the key of a peer who listens and whom it has never met, until the
 * stream opens, which the peer's first packet is enough for; `byte back`: until what it wrote has come back. The DHT is
 * joined by then; finding the peer in it and the handshake by way of it are counted.
 * Usage: node bench/punch.ts [RUNS=10]
 */
import { CLASSIC_PEERS, prospectOf } from '../src/nat/prospect.ts';
import { openBenchLab, progress } from './lab.ts';
import type { Contestant, Meetings, Pair, Times } from './punch/contestant.ts';
import { HYPERDHT, startHyperdhtNetwork } from './punch/hyperdht.ts';
import { ensurePeersImage } from './punch/image.ts';
import { FRESH_NATCHECK, WARM_NATCHECK } from './punch/natcheck.ts';
import { quantile } from './quantile.ts';

const CONTESTANTS: readonly Contestant[] = [FRESH_NATCHECK, WARM_NATCHECK, HYPERDHT];
/** Of each pair, not counted: what is warm gets warm, and files come into the cache. */
const WARM_UP_RUNS = 3;

const runs = Number(process.argv[2] ?? 10);
const names = Object.keys(CLASSIC_PEERS) as (keyof typeof CLASSIC_PEERS)[];
const pairs = names.flatMap((a) => names.map((b) => [a, b] as const));
const openable = pairs.filter(([a, b]) => prospectOf(CLASSIC_PEERS[a], CLASSIC_PEERS[b]) === 'direct');

await using lab = await openBenchLab({ sitesPerNat: 2, imageOn: ensurePeersImage });
await using _network = await startHyperdhtNetwork(lab);

/** Every run of every contestant, in turns, by contestant; null is a run without a direct path. */
async function meetInTurns(pair: Pair): Promise<readonly (Times | null)[][]> {
  await using started = new AsyncDisposableStack();
  const field: Meetings[] = [];
  for (const contestant of CONTESTANTS) field.push(started.use(await contestant.start(pair)));
  const met = field.map((): (Times | null)[] => []);
  for (let run = -WARM_UP_RUNS; run < runs; run++) {
    for (const [index, meetings] of field.entries()) {
      const times = await meetings.meet().catch((error: Error) => {
        progress(error.message);
        return null;
      });
      if (run >= 0) met[index]?.push(times);
    }
  }
  return met;
}

/** `median (p95)` of all that each name counts. */
function summary(met: readonly (Times | null)[]): Readonly<Record<string, string>> {
  const counted = met.flatMap((times) => Object.entries(times ?? {}));
  const byName = Object.entries(Object.groupBy(counted, ([name]) => name));
  return Object.fromEntries(
    byName.map(([name, some = []]) => {
      const values = some.flatMap(([, times]) => times);
      return [name, `${quantile(values, 0.5).toFixed(1)} (${quantile(values, 0.95).toFixed(1)})`];
    }),
  );
}

const failures = (met: readonly (Times | null)[]): number => met.filter((times) => times === null).length;

const rows: Record<string, object> = {};
const all: (Times | null)[][] = CONTESTANTS.map(() => []);
for (const [a, b] of openable) {
  const met = await meetInTurns({ lab, a: lab.nat(a), b: lab.nat(`${b}-2`) });
  for (const [index, some] of met.entries()) all[index]?.push(...some);
  rows[`${a} × ${b}`] = { ...summary(met.flat()), failures: met.map(failures).join(', ') };
  progress(`${a} × ${b}`);
}
console.log(`Median ms (95th percentile), ${runs} runs per ordered pair; failures in the order of the columns`);
console.table(rows);
for (const [name, values] of Object.entries(summary(all.flat()))) console.log(`all: ${name}: ${values} ms`);
