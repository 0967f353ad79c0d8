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

interface Times {
  readonly firstByteMs: number;
  /** Of the two programs, from their start to their end. */
  readonly cpuSeconds: number;
}

let transfers = 0;
const rows: Record<string, object> = {};
const all = new Map<string, Times[]>();
for (const { a, b, prospect } of pairs) {
  const sites = { from: lab.nat(a), to: lab.nat(`${b}-2`) };
  // hyperbeam has neither a relay nor a way through such a pair that ends in this time.
  const contestants = prospect === 'direct' ? [NATCHECK, HYPERBEAM] : [NATCHECK];
  const met = new Map<string, Times[]>(contestants.map(({ name }) => [name, []]));
  for (let run = 0; run < runs; run++) {
    for (const contestant of contestants) {
      const times = await timesOf(contestant, sites);
      if (times) met.get(contestant.name)?.push(times);
    }
  }
  for (const [name, times] of met) all.set(name, [...(all.get(name) ?? []), ...times]);
  rows[`${a} × ${b}`] = Object.fromEntries([...met].map(([name, times]) => [name, summary(times)]));
  progress(`${a} × ${b}`);
}
console.log(`ms to the first byte, median (95th percentile), and CPU seconds of both sides, ${runs} runs`);
console.table({ ...rows, all: Object.fromEntries([...all].map(([name, times]) => [name, summary(times)])) });

/** Null when it has failed. */
async function timesOf(
  contestant: Contestant,
  sites: Pick<Parameters<typeof carry>[1], 'from' | 'to'>,
): Promise<Times | null> {
  try {
    const measured = await carry(contestant, { lab, ...sites, bytes: BYTES, number: ++transfers });
    return { firstByteMs: measured.firstByteMs, cpuSeconds: (measured.cpuSecondsPerGigabyte * BYTES) / 1e9 };
  } catch (error) {
    progress(`${contestant.name}: ${(error as Error).message}`);
    return null;
  }
}

function summary(times: readonly Times[]): string {
  const [ms, cpu] = [times.map(({ firstByteMs }) => firstByteMs), times.map(({ cpuSeconds }) => cpuSeconds)];
  const failed = times.length % runs === 0 ? '' : ', some failed';
  return `${quantile(ms, 0.5).toFixed(0)} (${quantile(ms, 0.95).toFixed(0)}), ${quantile(cpu, 0.5).toFixed(2)} s${failed}`;
}
