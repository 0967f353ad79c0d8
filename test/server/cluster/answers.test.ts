/** What nodes ask of a real Redis, and the simulated one of the other tests, which has to answer the same. */
import { describe, expect, it } from 'vitest';
import type { ClusterInput, ClusterOutput } from '../../../server/cluster/decisions/input-output.ts';
import { askRedis } from '../../../server/cluster/redis/answers.ts';
import { openRedis } from '../../../server/cluster/redis/connection.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { createClock, createRedis } from './decisions/sim-redis.ts';
import { findRedis, startRedis } from './redis-server.ts';

const redis = findRedis();
const [A, B] = ['0000000a', '0000000b'];
type Asked = Exclude<ClusterOutput, { readonly kind: 'send' | 'ping' | 'close' | 'turn-user' }>;
interface Store {
  readonly ask: (node: string, asked: Asked) => Promise<ClusterInput | null>;
  /** Lets at least that much time pass. */
  readonly pass: (ms: number) => Promise<void>;
}

async function real(): Promise<Store> {
  if (typeof redis === 'string') throw new Error(redis);
  const { url } = ownedByTest(await startRedis(redis));
  const connection = ownedByTest(await openRedis({ url, channel: 'nobody', onMessage: () => {}, onNews: () => {} }));
  return {
    ask: (node, asked) => askRedis(connection, node, { asked, sentAt: 0 }),
    // The clock of a real Redis cannot be moved.
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

async function simulated(): Promise<Store> {
  const clock = createClock();
  const { run } = createRedis(clock);
  return { ask: async (node, asked) => run(node, asked), pass: async (ms) => clock.pass(ms) };
}

const claim = { kind: 'claim', room: 'room', claim: 1 } as const;
const answer = (home: string | null, ids: object[] = []) => ({ kind: 'claimed', room: 'room', claim: 1, home, ids });
const beat = (watch: readonly string[] = [], offer = '') => ({ kind: 'beat', watch, offer, isNews: false }) as const;

describe.each([
  ['the simulated Redis', simulated, false],
  ['a real Redis', real, typeof redis === 'string'],
] as const)('%s', (_, open, isMissing) => {
  it.skipIf(isMissing)('gives a room to one node that is there, and to no other until that one is gone', async () => {
    const { ask, pass } = await open();
    expect(await ask(A, claim)).toEqual(answer(null));
    await ask(A, beat());
    // It may have lost whose rooms are whose.
    expect(await ask(A, claim)).toEqual(answer(null));
    await pass(1_500);
    expect(await ask(A, claim)).toEqual(answer(null));
    await ask(A, beat());
    expect(await ask(B, beat([A, '0000000c']))).toMatchObject({ kind: 'beaten', gone: ['0000000c'] });
    expect(await ask(A, claim)).toEqual(answer(A));
    await ask(A, { kind: 'keep', room: 'room', id: 'alice', digest: 'd' });
    await ask(B, { kind: 'keep', room: 'room', id: 'mallory', digest: 'm' });
    expect(await ask(B, claim)).toEqual(answer(A));
    expect(await ask(B, { kind: 'renew', rooms: ['room', 'other'] })).toEqual({
      kind: 'renewed',
      lost: ['room'],
      restored: ['other'],
    });
    await pass(1_200);
    await ask(B, beat());
    expect(await ask(B, claim)).toEqual(answer(B, [{ id: 'alice', digest: 'd' }]));
  });

  it.skipIf(isMissing)('gives a room of a node that ends to the next one at once, with its ids', async () => {
    const { ask, pass } = await open();
    await ask(A, beat());
    await pass(1_500);
    await Promise.all([ask(A, beat()), ask(B, beat())]);
    await ask(A, claim);
    await ask(A, { kind: 'keep', room: 'room', id: 'alice', digest: 'd' });
    await ask(A, { kind: 'keep', room: 'room', id: 'bob', digest: 'e' });
    await ask(A, { kind: 'keep', room: 'room', id: 'bob', digest: null });
    await ask(A, { kind: 'leave', rooms: ['room'] });
    expect(await ask(B, claim)).toEqual(answer(B, [{ id: 'alice', digest: 'd' }]));
    await ask(A, { kind: 'release', room: 'room' });
    expect(await ask(B, claim)).toEqual(answer(B, [{ id: 'alice', digest: 'd' }]));
    await ask(B, { kind: 'release', room: 'room' });
    expect(await ask(B, claim)).toEqual(answer(B));
  });
});
