/** Coming back to a rendezvous: by the scheme that it was first joined by, and no other; while a relay of it is in use, unasked. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { NatcheckServer } from '../../server/index.ts';
import { createMembership, type Room } from '../../src/punch/room.ts';
import { METHOD } from '../../src/stun/header.ts';
import { HOST, join, startTestServer, urlOf } from '../net/rendezvous/peers.ts';
import { LOOPBACK_TLS } from '../server/tls/loopback.ts';
import { openTurnClient } from '../server/turn/turn-client.ts';

const held: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of held.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

function membershipOf(server: NatcheckServer, host = HOST): Room {
  const url = { host, port: server.httpPort };
  const membership = createMembership({ url, room: 'r', id: 'me', ca: LOOPBACK_TLS.cert, onNotice: () => {} });
  held.push(membership);
  return membership;
}

const enter = (membership: Room, waitMs = 5_000) =>
  membership.enter({ by: performance.now() + waitMs, signal: undefined });

it('never comes back over ws where it was joined over wss', async () => {
  const first = await startTestServer({ tls: LOOPBACK_TLS });
  const membership = membershipOf(first);
  const entry = await enter(membership);
  expect(entry.kind).toBe('joined');
  await first[Symbol.asyncDispose]();
  // A server without TLS in its place, as an attacker would have it.
  const plain = new WebSocketServer({ port: first.httpPort, host: HOST });
  await once(plain, 'listening');
  const joins: unknown[] = [];
  plain.on('connection', (socket) => joins.push(socket));
  expect(await enter(membership, 50)).toMatchObject({ kind: 'failed', reason: 'rendezvous-lost' });
  expect(joins).toEqual([]);
  plain.close();
});

const [mine] = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4');

it.runIf(mine)('over ws is overheard on the way to an address that is not loopback', async () => {
  const host = mine?.address ?? '';
  await using server = await startTestServer({ ip: [host] });
  const membership = membershipOf(server, host);
  expect((await enter(membership)).kind).toBe('joined');
  expect(membership.isOverheard()).toBe(true);
});

it.each([
  ['over ws is overheard, but not on the way to this very host', {}, false],
  ['over wss is not overheard', { tls: LOOPBACK_TLS }, false],
])('%s', async (_what, options, expected) => {
  await using server = await startTestServer(options);
  const membership = membershipOf(server);
  expect((await enter(membership)).kind).toBe('joined');
  expect(membership.isOverheard()).toBe(expected);
});

const FIRST = { by: Number.POSITIVE_INFINITY, signal: undefined };

it('who stays comes back when the connection is lost, to the same session, and leaves when disposed of', async () => {
  await using server = await startTestServer({ relay: { open: true, allowPrivate: true } });
  const back = Promise.withResolvers<string>();
  const membership = createMembership({ url: urlOf(server), room: 'test', id: 'alice', onNotice: back.resolve });
  const entry = await membership.enter(FIRST);
  if (entry.kind !== 'joined') throw new Error(entry.detail);
  await using bob = await join(server, 'bob');
  await using turn = await openTurnClient(server.layouts[0]?.port ?? 0, { ...entry.client.joined.turn?.[0] });
  await turn.allocate();

  const stayed = membership.stay();
  entry.client.drop();
  expect(await back.promise).toBe('back at the rendezvous');
  expect(await turn.outcome(METHOD.refresh)).toBe('success');
  await membership[Symbol.asyncDispose]();
  await stayed;
  // The first that bob hears of: there was no loss for good.
  expect(await bob.next('peer-left')).toMatchObject({ peer: 'alice', reason: 'left' });
});

it('a server that closes each connection at once is come back to with growing pauses', async () => {
  const server = await startTestServer();
  held.push(server);
  const membership = membershipOf(server);
  const startedAt = performance.now();
  for (let joins = 0; joins < 3; joins++) {
    const entry = await enter(membership);
    if (entry.kind !== 'joined') throw new Error(entry.detail);
    entry.client.drop();
    await entry.client.closed;
  }
  // 100 ms, then 400: no timer fires a millisecond early.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(498);
});

it('a server that refuses each join for no time at all is asked once a second', async () => {
  const server = new WebSocketServer({ port: 0, host: HOST });
  await once(server, 'listening');
  let joins = 0;
  const refusal = { type: 'error', code: 'id-in-use', message: 'now', retryInMs: 0 };
  server.on('connection', (socket) => {
    socket.on('message', () => {
      joins++;
      socket.send(JSON.stringify(refusal));
    });
  });
  const { port } = server.address() as AddressInfo;
  const url = `ws://${HOST}:${port}`;
  const membership = createMembership({ url, room: 'r', id: 'me', onNotice: () => {} });
  expect(await enter(membership, 1_500)).toMatchObject({ kind: 'failed', reason: 'rendezvous-refused' });
  expect(joins).toBe(2);
  server.close();
});

it('who stays, and is disposed of while the server is away, tries no more', async () => {
  const server = await startTestServer();
  const membership = createMembership({ url: urlOf(server), room: 'test', id: 'alice', onNotice: () => {} });
  const entry = await membership.enter(FIRST);
  if (entry.kind !== 'joined') throw new Error(entry.detail);
  const stayed = membership.stay();
  await server[Symbol.asyncDispose]();
  await entry.client.closed;
  await membership[Symbol.asyncDispose]();
  await stayed;
});
