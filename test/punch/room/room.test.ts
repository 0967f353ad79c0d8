/** Rejoining a rendezvous: by the scheme that it was first joined by, and no other; as long as somebody is there to want it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { NatcheckServer } from '../../../server/index.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { HOST, join, startTestServer } from '../../net/rendezvous/peers.ts';
import { OWN, TOLD } from '../../rendezvous/introduction/side.ts';
import { LOOPBACK_TLS } from '../../server/tls/loopback.ts';
import { openTurnClient } from '../../server/turn/turn-client.ts';
import { enterRoom, startProxy } from '../rooms.ts';

const held: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of held.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

function roomOf(server: NatcheckServer, { host = HOST, waitMs = 5_000 } = {}) {
  const url = { host, port: server.httpPort };
  const entered = enterRoom({ url, room: 'r', id: 'me', ca: LOOPBACK_TLS.cert }, { waitMs });
  held.push(entered.room);
  return entered;
}

it('never comes back over ws where it was joined over wss', async () => {
  const first = await startTestServer({ tls: LOOPBACK_TLS });
  const { joined, met } = roomOf(first, { waitMs: 2_000 });
  await joined(1);
  await first[Symbol.asyncDispose]();
  // A server without TLS in its place, as an attacker would have it.
  const plain = new WebSocketServer({ port: first.httpPort, host: HOST });
  await once(plain, 'listening');
  const joins: unknown[] = [];
  plain.on('connection', (socket) => joins.push(socket));
  expect(await met).toMatchObject({ kind: 'failed', reason: 'rendezvous-lost' });
  expect(joins).toEqual([]);
  plain.close();
});

const [mine] = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4');

it.runIf(mine)('over ws is overheard on the way to an address that is not loopback', async () => {
  const host = mine?.address ?? '';
  await using server = await startTestServer({ ip: [host] });
  const { room, joined } = roomOf(server, { host });
  await joined(1);
  expect(room.isOverheard()).toBe(true);
});

it.each([
  ['over ws is overheard, but not on the way to this very host', {}, false],
  ['over wss is not overheard', { tls: LOOPBACK_TLS }, false],
])('%s', async (_what, options, expected) => {
  await using server = await startTestServer(options);
  const { room, joined } = roomOf(server);
  await joined(1);
  expect(room.isOverheard()).toBe(expected);
});

it('who stays comes back when the connection is lost, to the same session, and leaves when disposed of', async () => {
  await using server = await startTestServer({ relay: { open: true, allowPrivate: true } });
  await using proxy = await startProxy(server.httpPort);
  const connection = { url: `ws://${HOST}:${proxy.port}`, room: 'test', id: 'alice' };
  const { room, joined, turnServers, notices, met } = enterRoom(connection, { peer: 'bob' });
  held.push(room);
  await joined(1);
  await using bob = await join(server, 'bob');
  await bob.bind();
  bob.client.ask('alice', TOLD);
  await using turn = await openTurnClient(server.layouts[0]?.port ?? 0, { ...turnServers()[0] });
  await turn.allocate();

  proxy.cut();
  await joined(2);
  expect(notices).toEqual([
    expect.stringMatching(/^lost the rendezvous \(.* \[WebSocket 1006\]\): reconnecting$/),
    'reconnected to the rendezvous',
  ]);
  expect(await turn.outcome(METHOD.refresh)).toBe('success');
  await room[Symbol.asyncDispose]();
  await expect(met).rejects.toThrow('the room has been left');
  // The first that bob hears of: there was no loss for good.
  expect(await bob.next('peer-left')).toMatchObject({ peer: 'alice', reason: 'left' });
});

it('who comes back tells what a detection finds then, and not what the lost server has cut short', async () => {
  await using server = await startTestServer();
  await using proxy = await startProxy(server.httpPort);
  const cut = Promise.withResolvers<typeof TOLD.behavior>();
  const anew = { mapping: 'address-dependent', filtering: 'endpoint-independent' } as const;
  const finds: unknown[] = [];
  const behavior = {
    find: (own: unknown) => (finds.push(own) === 1 ? cut.promise : Promise.resolve(anew)),
    doubt: () => cut.resolve(TOLD.behavior),
    onChanged: () => {},
  };
  const connection = { url: `ws://${HOST}:${proxy.port}`, room: 'test', id: 'alice' };
  const { room, joined } = enterRoom(connection, { peer: 'bob', behavior });
  held.push(room);
  await joined(1);
  await vi.waitFor(() => expect(finds).toEqual([OWN]));
  proxy.cut();
  await joined(2);
  await using bob = await join(server, 'bob');
  bob.client.ask('alice', TOLD);
  expect(await bob.next('paired')).toMatchObject({ role: 'controlling' });
  expect(finds).toEqual([OWN, OWN]);
});

it('a server that closes each connection at once is rejoined with growing pauses', async () => {
  await using server = await startTestServer();
  await using proxy = await startProxy(server.httpPort);
  const { room, joined } = enterRoom({ url: `ws://${HOST}:${proxy.port}`, room: 'r', id: 'me' });
  held.push(room);
  for (let joins = 1; joins < 3; joins++) {
    await joined(joins);
    proxy.cut();
  }
  const [first = 0, , third = 0] = await joined(3);
  // 100 ms, then 400: no timer fires a millisecond early.
  expect(third - first).toBeGreaterThanOrEqual(498);
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
  const { room, met } = enterRoom({ url: `ws://${HOST}:${port}`, room: 'r', id: 'me' }, { waitMs: 1_500 });
  held.push(room);
  expect(await met).toMatchObject({ kind: 'failed', reason: 'rendezvous-refused' });
  expect(joins).toBe(2);
  server.close();
});

it('who stays, and is disposed of while the server is away, tries no more', async () => {
  const server = await startTestServer();
  const { room, joined, met } = roomOf(server);
  await joined(1);
  await server[Symbol.asyncDispose]();
  await room[Symbol.asyncDispose]();
  await expect(met).rejects.toThrow('the room has been left');
});
