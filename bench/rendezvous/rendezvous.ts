/**
 * The rendezvous on loopback: the memory of a server that holds idle peers, and pairs introduced per second: first of those
 * peers (tickets bound over UDP, asks, introductions), then of new ones, each from its connection to its end. The load
 * is a process of its own (bench/rendezvous/rendezvous-load.ts), which checks every pair.
 * Usage: node bench/rendezvous/rendezvous.ts [PEERS=10000] [PAIRS=3000]; each process needs a file descriptor for every peer.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../server/index.ts';

const [peers = 10_000, pairs = 3_000] = process.argv.slice(2).map(Number);
const LOAD = fileURLToPath(new URL('rendezvous-load.ts', import.meta.url));
/** How long idle peers are measured: more than one round of pings, so that the garbage of the joins is collected. */
const IDLE_MS = 20_000;
const MEGABYTE = 1024 * 1024;

const megabytes = (): number => Math.round(process.memoryUsage.rss() / MEGABYTE);

/** Starts a measurement of this process, which ends with the share of one core in per cent. */
function cpuMeter(): () => number {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return Math.round((user + system) / (performance.now() - startedAt) / 10);
  };
}

/** Returns the next message of the load. */
async function next<Report>(load: ChildProcess): Promise<Report> {
  const [report] = (await Promise.race([
    once(load, 'message'),
    once(load, 'exit').then(([code]) => {
      throw new Error(`the load ended with ${code}`);
    }),
  ])) as [Report];
  return report;
}

/** The limits per source are out of reach here, since all peers come from one source. */
const limits = { peersPerSource: 2 * (peers + 2 * pairs) };
await using server = await startServer({ ip: ['127.0.0.1'], port: 0, altPort: 0, httpPort: 0, limits });
const emptyMegabytes = megabytes();
const load = fork(LOAD, [String(server.httpPort), String(peers), String(pairs)]);
const joined = await next<{ perSecond: number }>(load);
const joinedMegabytes = megabytes();
const idle = cpuMeter();
await wait(IDLE_MS);
const idlePercent = idle();
const idleMegabytes = megabytes();
/** Measures one kind of pairs, from the start signal to the end. */
async function pairsOf(): Promise<object> {
  const busy = cpuMeter();
  load.send('pairs');
  const met = await next<{ perSecond: number; count: number; checked: number; medianMs: number; worstMs: number }>(
    load,
  );
  return {
    MB: megabytes(),
    'CPU %': busy(),
    'per second': met.perSecond,
    right: `${met.checked} of ${met.count}`,
    'median ms': met.medianMs,
    'worst ms': met.worstMs,
  };
}
const amongIdle = await pairsOf();
const fromConnection = await pairsOf();
load.send('end');
await once(load, 'exit');

console.table({
  'empty server': { MB: emptyMegabytes },
  [`${peers} peers just joined`]: { MB: joinedMegabytes, 'per second': joined.perSecond },
  [`${peers} peers, idle`]: { MB: idleMegabytes, 'CPU %': idlePercent },
  'pairs of these: tickets bound, asked, introduced': amongIdle,
  'new pairs: from the connection to its end': fromConnection,
});
