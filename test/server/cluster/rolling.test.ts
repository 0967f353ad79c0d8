/** A rolling restart of real servers on a real Redis, under a load of natcheck's own clients; `npm run bench:rolling` is the long one. */
import { expect, it } from 'vitest';
import { MAIN } from '../../cli/natcheck.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { findRedis, startRedis } from './redis-server.ts';
import { rollOver } from './rolling.ts';

const redis = findRedis();

it.skipIf(typeof redis === 'string')(
  'three servers that are drained and started again one after the other lose no pair of a hundred, begun or waiting',
  async () => {
    if (typeof redis === 'string') throw new Error(redis);
    const store = ownedByTest(await startRedis(redis));
    const load = { perSecond: 15, pairs: 100 };
    const result = await rollOver({ main: MAIN, redis: store.url, nodes: 3, drainS: 1, ...load });
    expect(result.wrong).toEqual([]);
    expect(result.opened).toBeGreaterThanOrEqual(100);
    expect(result.exitCodes).toEqual([0, 0, 0]);
    // Somebody has waited on a server that ended, or nothing is shown here.
    expect(result.returns).toBeGreaterThan(0);
  },
);
