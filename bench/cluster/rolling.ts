/**
 * A rolling restart of three servers on one Redis, each a process of its own that SIGTERM drains, while pairs of natcheck's
 * own clients meet through a load balancer: none is lost that has begun or that waits, or this ends with 1. The clients
 * share the cores with the servers: what the machine cannot do in time shows as a lower rate and longer meetings.
 * Usage: node bench/cluster/rolling.ts [PAIRS_PER_SECOND=100] [DRAIN_SECONDS=2] [PAIRS=1000]
 */
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { rollOver } from '../../test/server/cluster/rolling.ts';
import { quantile } from '../statistics/quantile.ts';
import { startStore } from './nodes.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const [perSecond = 100, drainS = 2, pairs = 1_000] = process.argv.slice(2).map(Number);

const startLoad = loadavg()[0];
await using store = await startStore();
const result = await rollOver({ main: MAIN, redis: store.url, nodes: 3, drainS, perSecond, pairs });
const { opened, wrong, redone, returns, tookMs, exitCodes } = result;
console.table({
  'a rolling restart': {
    'pairs/s asked': perSecond,
    'pairs/s': Number(result.perSecond.toFixed(1)),
    pairs: result.pairs,
    'with a path': opened,
    'introduced again': redone,
    'lost a server and came back': returns,
    'median ms': Math.round(quantile(tookMs, 0.5)),
    'p99 ms': Math.round(quantile(tookMs, 0.99)),
    'worst ms': Math.round(tookMs.at(-1) ?? Number.NaN),
  },
});
for (const one of wrong) console.error(one);
console.log(`load of the machine: ${startLoad?.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after`);
process.exitCode = wrong.length === 0 && exitCodes.every((code) => code === 0) ? 0 : 1;
