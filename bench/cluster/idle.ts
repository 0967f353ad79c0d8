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

await using store = await startStore();
await using a = await startNode(store.url);
await using b = await startNode(store.url);
const pids = { 'one node': a.child.pid, 'the other': b.child.pid, Redis: store.pid() };
const usage = () => Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, usageOf(pid)]));

const load = fork(LOAD, [`${a.httpPort},${b.httpPort}`, String(peers), String(pairs)]);
const next = async (): Promise<object> => ((await once(load, 'message')) as [object])[0];
console.log(`${peers} peers joined`, await next());
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
await once(load, 'exit');
console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
