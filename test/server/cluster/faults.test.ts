/** What real faults do to a cluster: a server that is killed, a Redis that is killed or stopped. */
import { describe, expect, it } from 'vitest';
import type { RendezvousClient } from '../../../src/net/rendezvous/client.ts';
import type { Introduction } from '../../../src/rendezvous/protocol/server-message.ts';
import { MAIN } from '../../cli/natcheck.ts';
import { type Peer, peerOf, startTestServer, TOLD, urlOf } from '../../net/rendezvous/peers.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { comeBack, comeBackAfterEnd } from './come-back.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { findRedis, type RedisServer, startRedis } from './redis-server.ts';

const redis = findRedis();
const ATTEMPTS = 10;

async function startStore(): Promise<RedisServer> {
  if (typeof redis === 'string') throw new Error(redis);
  return ownedByTest(await startRedis(redis));
}

async function startProcess({ url: redis }: RedisServer): Promise<NodeProcess> {
  return ownedByTest(await startNodeProcess({ main: MAIN, redis }));
}

async function peer(client: RendezvousClient): Promise<Peer> {
  return ownedByTest(await peerOf(client));
}

/**
 * Has two meet who come back whenever they are cut off, which a machine with much else to do may bring about again; gives
 * them as they are then, and what each was told.
 */
async function meet(clients: readonly (readonly [string, RendezvousClient])[]) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [[, alice], [, bob]] = clients as [(typeof clients)[number], (typeof clients)[number]];
    const [one, two] = [await peer(alice), await peer(bob)];
    const cut = Promise.race([alice.closed, bob.closed]).then(() => null);
    const told = await Promise.race([introduce(one, two), cut]);
    if (told) return { one, two, told };
    for (const client of [alice, bob]) client.drop();
    clients = await Promise.all(clients.map(async ([url, old]) => [url, await comeBackAfterEnd([url], old)] as const));
  }
  throw new Error('they are cut off again and again');
}

/** Has two ask for each other and show their sockets, and gives what each is told. */
async function introduce(alice: Peer, bob: Peer): Promise<readonly Introduction[]> {
  alice.client.ask('bob', TOLD);
  bob.client.ask('alice', TOLD);
  await Promise.all([alice.bind(), bob.bind()]);
  return await Promise.all([alice.next('introduction'), bob.next('introduction')]);
}

describe.skipIf(typeof redis === 'string')('two peers on two servers', () => {
  it('of which the home of their room is killed come back on the other with their resume keys, and are introduced', async () => {
    const store = await startStore();
    const [home, other] = await Promise.all([startProcess(store), startProcess(store)]);
    const urls = [other.url, home.url];
    const alice = await comeBack([home.url], { room: 'room', id: 'alice' });
    const bob = await comeBack([other.url], { room: 'room', id: 'bob' });
    expect(bob.joined.peers).toEqual(['alice']);
    await home.end('SIGKILL');
    const [a, b] = await Promise.all([comeBackAfterEnd(urls, alice), comeBackAfterEnd(urls, bob)]);
    expect([a.joined.resumeKey, b.joined.resumeKey]).toEqual([alice.joined.resumeKey, bob.joined.resumeKey]);
    const { told } = await meet([
      [other.url, a],
      [other.url, b],
    ]);
    expect(told[0]?.key).toBe(told[1]?.key);
  });

  it.each([
    [
      'is killed and starts again',
      async (store: RedisServer, meanwhile: Promise<unknown>) => {
        await store.signal('SIGKILL');
        await meanwhile;
        await store.start();
      },
    ],
    [
      'is stopped for a while',
      async (store: RedisServer, meanwhile: Promise<unknown>) => {
        await store.signal('SIGSTOP');
        await meanwhile;
        await store.signal('SIGCONT');
      },
    ],
  ] as const)('whose Redis %s are cut off, come back by themselves, and are introduced once', async (_, fail) => {
    const store = await startStore();
    const servers = await Promise.all([0, 1].map(async () => ownedByTest(await startTestServer({ redis: store.url }))));
    const [urlA = '', urlB = ''] = servers.map(urlOf);
    const alice = await comeBack([urlA], { room: 'room', id: 'alice' });
    const bob = await comeBack([urlB], { room: 'room', id: 'bob' });
    bob.ask('alice', TOLD);
    await fail(store, Promise.all([alice.closed, bob.closed]));
    const [a, b] = await Promise.all([comeBackAfterEnd([urlA], alice), comeBackAfterEnd([urlB], bob)]);
    expect([a.joined.resumeKey, b.joined.resumeKey]).toEqual([alice.joined.resumeKey, bob.joined.resumeKey]);
    const { one, two, told } = await meet([
      [urlA, a],
      [urlB, b],
    ]);
    expect(told[0]?.key).toBe(told[1]?.key);
    one.client.signal('bob', 'the last thing');
    const events: string[] = [];
    for (let event = await two.any(); event.type !== 'signal'; event = await two.any()) events.push(event.type);
    expect(events).not.toContain('introduction');
  });

  it('notice nothing at the home of their room when Redis is killed for a moment and has lost all, and their ids stay theirs', async () => {
    const store = await startStore();
    const server = ownedByTest(await startTestServer({ redis: store.url }));
    const other = ownedByTest(await startTestServer({ redis: store.url }));
    const alice = await peer(await comeBack([urlOf(server)], { room: 'room', id: 'alice' }));
    await store.signal('SIGKILL');
    await store.start();
    const bob = await peer(await comeBack([urlOf(other)], { room: 'room', id: 'bob' }));
    expect(bob.client.joined.peers).toEqual(['alice']);
    const [toAlice, toBob] = await introduce(alice, bob);
    expect(toAlice?.key).toBe(toBob?.key);
  });
});
