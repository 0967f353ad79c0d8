/**
 * Plain Bindings over IPv4 on loopback, as many as each server answers: natcheck, coturn, and an echo by Node's UDP alone,
 * which is what a server in Node can be at most. The server has one core, whoever asks another one; rounds of all take turns,
 * and what is compared was measured in the same round. Loopback has no rate limit (server/limit/plain-replies.ts).
 * Usage: node bench/stun.ts [--rounds 15] [--seconds 0.6] [--requests 256] [--sockets 8]
 */
import { parseArgs } from 'node:util';
import { findCoturn } from './server/coturn.ts';
import { ASKER_CORE, canPin, loadAverage, SERVER_CORE } from './server/cpu.ts';
import { createLoad } from './server/stun-load.ts';
import { startServers } from './server/stun-servers.ts';
import { quantile } from './statistics/quantile.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '0.6' },
    requests: { type: 'string', default: '256' },
    sockets: { type: 'string', default: '8' },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];

const pins = await canPin();
await using coturn = await findCoturn();
await using load = await createLoad(pins ? [ASKER_CORE] : null, {
  requests: Number(values.requests),
  sockets: Number(values.sockets),
});
await using servers = await startServers({ coturn, cores: pins ? [SERVER_CORE] : null });

interface Round {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly medianUs: number;
  readonly p99Us: number;
  readonly failed: number;
}

const measured = new Map<string, Round[]>(servers.all.map(({ name }) => [name, []]));
const loadBefore = await loadAverage();
for (let round = 0; round <= rounds; round++) {
  for (const server of servers.all) {
    const one = await measure(server);
    // In the first one the programs compile what they run.
    if (round > 0) measured.get(server.name)?.push(one);
  }
}

async function measure({ port, program }: (typeof servers.all)[number]): Promise<Round> {
  const before = await program.cpuSeconds();
  const { answered, lost, strange, seconds: took, medianUs, p99Us } = await load.ask(port, seconds);
  const used = (await program.cpuSeconds()) - before;
  return { perSecond: answered / took, perCpuSecond: answered / used, medianUs, p99Us, failed: lost + strange };
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
const yardstick = measured.get('echo') ?? [];
const rows = [...measured].map(([name, all]) => {
  const of = (key: 'perSecond' | 'perCpuSecond'): string =>
    median(all.map((one, round) => one[key] / (yardstick[round]?.[key] ?? Number.NaN))).toFixed(2);
  return {
    server: name,
    'replies/s': Math.round(median(all.map(({ perSecond }) => perSecond))),
    'of the echo': of('perSecond'),
    'replies per CPU second': Math.round(median(all.map(({ perCpuSecond }) => perCpuSecond))),
    'of the echo’s': of('perCpuSecond'),
    'round trip ms': (median(all.map(({ medianUs }) => medianUs)) / 1000).toFixed(2),
    'p99 ms': (median(all.map(({ p99Us }) => p99Us)) / 1000).toFixed(2),
    'lost or strange': all.reduce((sum, { failed }) => sum + failed, 0),
  };
});
console.log(
  `medians of ${rounds} rounds of ${seconds} s, ${values.requests} requests in flight by ${values.sockets} sockets`,
);
console.log(
  `asked by ${load.name}; ${pins ? 'the server on one core, the asker on another' : 'nothing is held to a core'}`,
);
console.log(`load average ${loadBefore} before, ${await loadAverage()} after`);
console.table(rows);
