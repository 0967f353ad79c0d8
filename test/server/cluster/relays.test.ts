/** Servers on one real Redis that hand out each other's relays, over loopback. */
import { describe, expect, it, vi } from 'vitest';
import type { NatcheckServer, ServerOptions } from '../../../server/index.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { timeLimitedCredentials } from '../../../src/turn/credentials.ts';
import { join, type Peer, startTestServer } from '../../net/rendezvous/peers.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { startPunch } from '../../punch/punches.ts';
import { HOST, openTurnClient } from '../turn/turn-client.ts';
import { findRedis, startRedis } from './redis-server.ts';

const redis = findRedis();
/** A secret of the operator gives an allocation to who is in no room. */
const SECRET = 'of the operator';
const RELAY = { open: true, allowPrivate: true, secret: SECRET } as const;
const PATIENT = { timeout: 5_000 };

/** Starts servers, one after the other, on a Redis of their own. */
async function startCluster(): Promise<(options?: Partial<ServerOptions>) => Promise<NatcheckServer>> {
  if (typeof redis === 'string') throw new Error(redis);
  const store = ownedByTest(await startRedis(redis));
  return async (options = {}) => ownedByTest(await startTestServer({ redis: store.url, ...options }));
}

async function metric({ httpPort }: NatcheckServer, name: string): Promise<number> {
  const text = await (await fetch(`http://${HOST}:${httpPort}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1],
  );
}

const allocationsOf = (server: NatcheckServer): Promise<number> =>
  metric(server, 'natcheck_relay_allocations{transport="udp"}');

/** Resolves when the server has heard of so many relays. */
const heard = (server: NatcheckServer, relays: number): Promise<void> =>
  vi.waitFor(async () => expect(await metric(server, 'natcheck_rendezvous_relays')).toBe(relays), PATIENT);

const portOf = ({ layouts }: NatcheckServer): number => layouts[0]?.port ?? 0;
const relayOf = ({ turn = [] }: { readonly turn?: Peer['client']['joined']['turn'] }): number =>
  Number(/:(\d+)\?/.exec(turn[0]?.urls[0] ?? '')?.[1]);

describe.skipIf(typeof redis === 'string')('a peer of a server without a relay', () => {
  it('is given that of another, has an allocation there, and is cut off after it has left', async () => {
    const add = await startCluster();
    const [b, a] = [await add({ relay: { ...RELAY, limits: { orphanMs: 1 } } }), await add()];
    await heard(a, 1);
    const alice = await join(a, 'alice');
    const { joined } = alice.client;
    expect(relayOf(joined)).toBe(portOf(b));
    await using client = await openTurnClient(portOf(b), { ...joined.turn?.[0] });
    await client.allocate();
    expect([await allocationsOf(b), await client.outcome(METHOD.refresh)]).toEqual([1, 'success']);
    await alice[Symbol.asyncDispose]();
    await vi.waitFor(async () => expect(await allocationsOf(b)).toBe(0), PATIENT);
    expect(await client.outcome(METHOD.refresh)).toBe(437);
  });

  it('is given that of one with workers, and has an allocation there', async () => {
    const add = await startCluster();
    const [b, a] = [await add({ relay: RELAY, workers: 2 }), await add()];
    await heard(a, 1);
    await using alice = await join(a, 'alice');
    const { joined } = alice.client;
    expect(relayOf(joined)).toBe(portOf(b));
    await using client = await openTurnClient(portOf(b), { ...joined.turn?.[0] });
    await client.allocate();
    expect(await allocationsOf(b)).toBe(1);
  });

  it('punches through it toward a peer of a third', async () => {
    const add = await startCluster();
    const [b, a, c] = [await add({ relay: RELAY }), await add(), await add()];
    await Promise.all([heard(a, 1), heard(c, 1)]);
    const options = { room: 'test', mode: 'relay-only' } as const;
    const alice = startPunch(a, { id: 'alice', peer: 'bob', ...options });
    const bob = startPunch(c, { id: 'bob', peer: 'alice', ...options });
    await using one = await alice.result;
    await using other = await bob.result;
    for (const { report } of [one, other]) {
      expect(report).toMatchObject({ outcome: 'relayed', technique: 'relay', reason: null });
    }
    expect(await allocationsOf(b)).toBe(2);
  });
});

describe.skipIf(typeof redis === 'string')('a relay', () => {
  it('that has all that it may have is given to nobody while there is another', async () => {
    const add = await startCluster();
    const [full, free] = [await add({ relay: { ...RELAY, limits: { allocations: 1 } } }), await add({ relay: RELAY })];
    const expiresAtS = Math.ceil(Date.now() / 1000) + 60;
    const credentials = timeLimitedCredentials({ secret: SECRET, user: 'somebody', expiresAtS });
    await using client = await openTurnClient(portOf(full), { ...credentials });
    await client.allocate();
    expect(await metric(full, 'natcheck_relay_load')).toBe(1);
    const a = await add();
    await heard(a, 2);
    // What it has is told with its next beat.
    await vi.waitFor(async () => {
      const peers = await Promise.all(Array.from({ length: 8 }, (_, n) => join(a, 'alice', { room: `room-${n}` })));
      for (const peer of peers) await peer[Symbol.asyncDispose]();
      expect(new Set(peers.map((peer) => relayOf(peer.client.joined)))).toEqual(new Set([portOf(free)]));
    }, PATIENT);
  });

  it('that drains is given to nobody any more, and who was offered it is told of another', async () => {
    const add = await startCluster();
    const [b, a] = [await add({ relay: RELAY }), await add()];
    await heard(a, 1);
    await using alice = await join(a, 'alice');
    expect(relayOf(alice.client.joined)).toBe(portOf(b));
    await using client = await openTurnClient(portOf(b), { ...alice.client.joined.turn?.[0] });
    await client.allocate();
    const c = await add({ relay: RELAY });
    await heard(a, 2);
    const aborting = new AbortController();
    const drained = b.drain(aborting.signal);
    expect(relayOf(await alice.next('turn'))).toBe(portOf(c));
    await using bob = await join(a, 'bob', { room: 'another' });
    expect(relayOf(bob.client.joined)).toBe(portOf(c));
    // What was made there goes on.
    expect(await client.outcome(METHOD.refresh)).toBe('success');
    aborting.abort();
    expect(await drained).toBe('aborted');
  });
});
