/** Two servers on one real Redis, over loopback. */
import { describe, expect, it } from 'vitest';
import { startServer } from '../../../server/index.ts';
import { StartError } from '../../../server/start-error.ts';
import { HOST, join, pairUp, startTestServer } from '../../net/rendezvous/peers.ts';
import { findRedis, startRedis } from './redis-server.ts';

const redis = findRedis();

describe.skipIf(typeof redis === 'string')('two servers on one Redis', () => {
  const start = async () => {
    if (typeof redis === 'string') throw new Error(redis);
    const store = await startRedis(redis);
    const servers = await Promise.all([startTestServer({ redis: store.url }), startTestServer({ redis: store.url })]);
    return {
      store,
      servers,
      [Symbol.asyncDispose]: async () => {
        for (const server of servers) await server[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
      },
    };
  };

  it('introduce their clients to each other, once, with what each has shown at its own', async () => {
    await using cluster = await start();
    const [a, b] = cluster.servers;
    await using alice = await join(a, 'alice');
    await using bob = await join(b, 'bob');
    expect(bob.client.joined.peers).toEqual(['alice']);
    expect([alice.client.joined.stun.port, bob.client.joined.stun.port]).toEqual(
      [a, b].map(({ layouts: [layout] }) => layout?.port),
    );
    await pairUp(alice, bob);
    expect((await alice.bind()).outcome).toBe('bound');
    expect((await bob.bind()).outcome).toBe('bound');
    const [toAlice, toBob] = await Promise.all([alice.next('introduction'), bob.next('introduction')]);
    expect([toAlice.endpoint, toBob.endpoint]).toEqual([bob.socket.local, alice.socket.local]);
    expect(toAlice.key).toBe(toBob.key);
    bob.client.signal('alice', 'over there');
    expect(await alice.next('signal')).toEqual({ type: 'signal', peer: 'bob', data: 'over there' });
  });

  it('are drained when they have no client either whose room is at the other', async () => {
    await using cluster = await start();
    const [a, b] = cluster.servers;
    await using _alice = await join(a, 'alice');
    const bob = await join(b, 'bob');
    let isOver = false;
    const drained = b.drain(new AbortController().signal).finally(() => {
      isOver = true;
    });
    await bob.bind();
    expect(isOver).toBe(false);
    await bob[Symbol.asyncDispose]();
    expect(await drained).toBe('idle');
  });
});

describe('a server whose Redis', () => {
  it('is not there does not start, and says so without the password', async () => {
    const options = { ip: [HOST], port: 0, altPort: 0, httpPort: 0, redis: 'redis://:geheim@127.0.0.1:1' };
    const starting = startServer(options);
    await expect(starting).rejects.toThrow(StartError);
    await expect(starting).rejects.toThrow('cannot use Redis at redis://127.0.0.1:1: ECONNREFUSED');
  });
});
