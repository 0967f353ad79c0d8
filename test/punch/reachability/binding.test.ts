/** What a peer shows of itself while it waits: a mapping that changes is noticed, with a ticket that is never too old. */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { createReachability } from '../../../src/punch/reachability/reachability.ts';
import { createRoom } from '../../../src/punch/room/room.ts';
import { serverConnection } from '../../../src/punch/room/server-connection.ts';
import { join, startTestServer, TOLD, urlOf } from '../../net/rendezvous/peers.ts';

/** A NAT of one mapping on loopback, which can be made to take another port. */
async function startNat(
  server: Endpoint,
): Promise<AsyncDisposable & { inside: Endpoint; remap: () => Promise<number> }> {
  const inner = createSocket('udp4');
  let client: { port: number; address: string } | null = null;
  let outer: Socket | null = null;
  const remap = async (): Promise<number> => {
    outer?.close();
    const next = createSocket('udp4');
    next.bind(0, '127.0.0.1');
    await once(next, 'listening');
    next.on('message', (bytes) => client && inner.send(bytes, client.port, client.address));
    outer = next;
    return next.address().port;
  };
  inner.bind(0, '127.0.0.1');
  await once(inner, 'listening');
  inner.on('message', (bytes, from) => {
    client = from;
    outer?.send(bytes, server.port, server.address);
  });
  const { address, port } = inner.address();
  return {
    inside: { address, port },
    remap,
    [Symbol.asyncDispose]: async () => {
      inner.close();
      outer?.close();
    },
  };
}

it('tells the peer the endpoint that the NAT has last given it, though the first ticket is long void', async () => {
  await using server = await startTestServer({ limits: { ticketMs: 200 } });
  const [udp] = server.addresses;
  await using nat = await startNat({ address: '127.0.0.1', port: udp?.port ?? 0 });
  const ports = [await nat.remap()];
  await using socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const bound = Array.from({ length: 8 }, () => Promise.withResolvers<number>());
  let count = 0;
  await using reachability = createReachability({
    socket,
    server: nat.inside,
    mode: 'direct-only',
    mayHaveSecond: false,
    openRelay: async () => ({ outcome: 'failed', details: [] }),
    onNotice: () => {},
  });
  await using room = createRoom({
    connection: (signal) => serverConnection({ url: urlOf(server), room: 'test', id: 'alice' }, signal),
    reachability,
    turn: [],
    behavior: { find: async () => TOLD.behavior, doubt: () => {}, onChanged: () => {} },
    joinWaitMs: 15_000,
    refreshMs: 20,
    onPublic: ({ port }) => bound[count++]?.resolve(port),
    onNotice: () => {},
  });
  const met = room.introduce('bob', { waitMs: 15_000 });
  expect(await bound[0]?.promise).toBe(ports[0]);
  // Each wait is for the server to have seen the new port, five times in a row, through several lives of a ticket.
  for (let n = 1; n <= 5; n++) {
    const port = await nat.remap();
    expect(await bound[n]?.promise).toBe(port);
    ports.push(port);
  }
  await using bob = await join(server, 'bob');
  await bob.bind();
  bob.client.ask('alice', TOLD);
  expect((await bob.next('introduction')).endpoint.port).toBe(ports.at(-1));
  expect(await met).toMatchObject({ kind: 'introduced', introduction: { peer: 'bob', own: { port: ports.at(-1) } } });
});

it('shows itself to the server that has let it in, where servers share a name and the first one is away', async () => {
  await using server = await startTestServer({ ip: ['127.0.0.2'] });
  await using away = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  await using socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const bound = Promise.withResolvers<Endpoint>();
  await using reachability = createReachability({
    socket,
    server: away.local,
    servers: [away.local, ...server.addresses],
    mode: 'direct-only',
    mayHaveSecond: false,
    openRelay: async () => ({ outcome: 'failed', details: [] }),
    onNotice: () => {},
  });
  const url = `ws://127.0.0.2:${server.httpPort}`;
  await using room = createRoom({
    connection: (signal) => serverConnection({ url, room: 'test', id: 'alice' }, signal),
    reachability,
    turn: [],
    behavior: null,
    joinWaitMs: 15_000,
    onPublic: bound.resolve,
    onNotice: () => {},
  });
  // It is left before anybody comes.
  room.introduce('bob', { waitMs: 15_000 }).catch(() => {});
  expect(await bound.promise).toEqual(socket.local);
  expect(reachability.server()).toEqual(server.addresses[0]);
  reachability.follow(['203.0.113.9']);
  expect(reachability.server()).toEqual(server.addresses[0]);
});

it('shows the ticket to the server of the room where the one that is named is silent, and from then on to that one', async () => {
  await using server = await startTestServer();
  await using silent = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  await using socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  let asked = 0;
  silent.onDatagram(() => asked++);
  await using reachability = createReachability({
    ...{ socket, server: silent.local, mode: 'direct-only', mayHaveSecond: false, onNotice: () => {} },
    openRelay: async () => ({ outcome: 'failed', details: [] }),
  });
  await using alice = await join(server, 'alice');
  const { ticket, stun } = alice.client.joined;
  const by = { ticket, altPort: stun.altPort, place: stun, signal: new AbortController().signal };
  expect(await reachability.bind(by)).toMatchObject({ outcome: 'bound', public: socket.local });
  const before = asked;
  expect(before).toBeGreaterThan(0);
  expect(await reachability.bind(by)).toMatchObject({ outcome: 'bound' });
  expect(asked).toBe(before);
});
