/**
 * Idle peers over two nodes, and pairs of them introduced across the two, every pair checked: what each node and Redis
 * take in memory and CPU. The load is bench/rendezvous/rendezvous-load.ts.
 * Usage: node bench/cluster/idle.ts [PEERS=10000] [PAIRS=1000]; each process needs a file descriptor for every peer.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startNode, startStore, usageOf } from './nodes.ts';

const [peers = 10_000, pairs = 1_000] = process.argv.slice(2).map(Number);
const LOAD = fileURLToPath(new URL('../rendezvous/rendezvous-load.ts', import.meta.url));
const IDLE_MS = 20_000;
const IN_FLIGHT = '16';

await using store = await startStore();
await using a = await startNode(store.url);
await using b = await startNode(store.url);
const pids = { 'one node': a.child.pid, 'the other': b.child.pid, Redis: store.pid() };
const usage = () => Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, usageOf(pid)]));

/** Says what each node has counted. */
async function tellMetrics(): Promise<void> {
  for (const { httpPort } of [a, b]) {
    const metrics = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
    console.log(metrics.match(/^natcheck_(cluster|rendezvous_intro)\w+ \d+$/gm)?.join('  '));
  }
}

const load = fork(LOAD, [`${a.httpPort},${b.httpPort}`, String(peers), String(pairs), IN_FLIGHT]);
const ended = once(load, 'exit').then(([code]) => {
  throw new Error(`the load ended with ${code}`);
});
const next = async (): Promise<unknown> => (await Promise.race([once(load, 'message'), ended]))[0];
console.log(`${peers} peers joined`, await next());
await tellMetrics();
const before = usage();
await wait(IDLE_MS);
const after = usage();
console.table(
  Object.fromEntries(
    Object.entries(after).map(([name, { megabytes, cpuS }]) => {
      const percent = ((cpuS - (before[name]?.cpuS ?? 0)) / (IDLE_MS / 1000)) * 100;
      return [name, { 'idle MB': megabytes, 'idle CPU %': Number(percent.toFixed(1)) }];
    }),
  ),
);
load.send('pairs');
console.log('pairs of these, across the nodes', await next());
load.send('pairs');
console.log('new pairs, across the nodes', await next());
console.table(usage());
load.send('end');
await ended.catch(() => {});
await tellMetrics();
console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
