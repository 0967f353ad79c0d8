/**
 * How long it takes from Enter on the second side to the first byte on its stdout, in fresh processes over every pair of the
 * classic NATs, direct or relayed, when the first side waits already; natcheck meets by the lab's server, hyperbeam by a DHT of
 * its own.
 * Usage: node bench/first-byte.ts [RUNS=20]
 */
import { CLASSIC_PEERS, prospectOf } from '../src/nat/prospect.ts';
import { openBenchLab, progress } from './lab.ts';
import type { Contestant } from './pipe/contestant.ts';
import { HYPERBEAM } from './pipe/hyperbeam.ts';
import { NATCHECK } from './pipe/natcheck.ts';
import { carry } from './pipe/transfer.ts';
import { startHyperdhtNetwork } from './punch/contest/hyperdht.ts';
import { imageWithPeers } from './punch/contest/image.ts';
import { quantile } from './statistics/quantile.ts';

/** One packet's worth. */
const BYTES = 1000;

const runs = Number(process.argv[2] ?? 20);
const names = Object.keys(CLASSIC_PEERS) as (keyof typeof CLASSIC_PEERS)[];
const pairs = names.flatMap((a) =>
  names.map((b) => ({ a, b, prospect: prospectOf(CLASSIC_PEERS[a], CLASSIC_PEERS[b]) })),
);

await using lab = await openBenchLab({
  sitesPerNat: 2,
  imageOn: imageWithPeers(['hyperbeam']),
  serve: ['--relay', '--open-relay'],
});
await using _network = await startHyperdhtNetwork(lab);

let transfers = 0;
const rows: Record<string, object> = {};
const all = new Map<string, number[]>();
for (const { a, b, prospect } of pairs) {
  const [from, to] = [lab.nat(a), lab.nat(`${b}-2`)];
  const row: Record<string, string> = {};
  // hyperbeam has neither a relay nor a way through such a pair that ends in this time.
  for (const contestant of prospect === 'direct' ? [NATCHECK, HYPERBEAM] : [NATCHECK]) {
    const met = await timesOf(contestant, { from, to });
    all.set(contestant.name, [...(all.get(contestant.name) ?? []), ...met]);
    row[contestant.name] = `${summary(met)}${met.length < runs ? `, ${runs - met.length} failed` : ''}`;
  }
  rows[`${a} × ${b}`] = row;
  progress(`${a} × ${b}`);
}
console.log(`Median ms (95th percentile) to the first byte, ${runs} runs`);
console.table(rows);
for (const [name, times] of all) console.log(`all: ${name}: ${summary(times)} ms`);

async function timesOf(
  contestant: Contestant,
  sites: Pick<Parameters<typeof carry>[1], 'from' | 'to'>,
): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    try {
      const { firstByteMs } = await carry(contestant, { lab, ...sites, bytes: BYTES, number: ++transfers });
      times.push(firstByteMs);
    } catch (error) {
      progress(`${contestant.name}: ${(error as Error).message}`);
    }
  }
  return times;
}

function summary(times: readonly number[]): string {
  return times.length === 0 ? '-' : `${quantile(times, 0.5).toFixed(0)} (${quantile(times, 0.95).toFixed(0)})`;
}
