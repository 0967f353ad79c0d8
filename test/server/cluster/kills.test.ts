/** Pairs of natcheck's own clients on real servers and a real Redis, one of which is killed while they meet. */
import { describe, expect, it } from 'vitest';
import { MAIN } from '../../cli/natcheck.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { startSeeker } from '../../punch/seeker.ts';
import { startBalancer } from './balancer.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { findRedis, type RedisServer, startRedis } from './redis-server.ts';

const redis = findRedis();
const PAIRS = 12;
const APART_MS = 60;
const WAIT_MS = 45_000;

describe.skipIf(typeof redis === 'string').each<[string, (store: RedisServer, home: NodeProcess) => Promise<unknown>]>([
  ['a server is killed for good, the one that is named', (_, home) => home.end('SIGKILL')],
  ['Redis is killed, loses everything and starts again', (store) => store.signal('SIGKILL').then(store.start)],
])('while pairs meet and %s', (_, fail) => {
  it('each pair has a path by one introduction in the end', async () => {
    if (typeof redis === 'string') throw new Error(redis);
    const store = ownedByTest(await startRedis(redis));
    const start = async (address: string): Promise<NodeProcess> =>
      ownedByTest(await startNodeProcess({ main: MAIN, redis: store.url, address }));
    const nodes = await Promise.all([start('127.0.0.21'), start('127.0.0.22')]);
    const places = nodes.map(({ stun: { address }, httpPort: port }) => ({ address, port }));
    const balancer = ownedByTest(await startBalancer(places));
    await balancer.ready(nodes.length);
    const common = { url: balancer.url, server: nodes[0].stun, waitMs: WAIT_MS };
    const meet = async (number: number) => {
      const room = `room-${number}`;
      const alice = ownedByTest(await startSeeker({ ...common, room, id: 'alice', peer: 'bob' }));
      const bob = ownedByTest(await startSeeker({ ...common, room, id: 'bob', peer: 'alice' }));
      return await Promise.all([alice.opened, bob.opened]);
    };
    const meetings: ReturnType<typeof meet>[] = [];
    let failing: Promise<unknown> = Promise.resolve();
    for (let number = 0; number < PAIRS; number++) {
      if (number === PAIRS / 2) failing = fail(store, nodes[0]);
      meetings.push(meet(number));
      // The load of real peers: they come one after the other, and the fault meets them in every step.
      await new Promise((resolve) => setTimeout(resolve, APART_MS));
    }
    await failing;
    for (const [one, other] of await Promise.all(meetings)) {
      expect([one, other]).toEqual(Array(2).fill({ key: expect.any(String), introductions: expect.any(Number) }));
      expect('key' in other && other.key).toBe('key' in one && one.key);
    }
  });
});
