/** The relay of a whole server over real sockets on loopback: UDP, TCP and TLS, and nothing left behind. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import {
  type NatcheckServer,
  type RelayServerOptions,
  type ServerOptions,
  startServer,
} from '../../../server/index.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { attribute } from '../../../src/stun/message.ts';
import { LOOPBACK_TLS } from '../tls/loopback.ts';
import { lifetime, REQUESTED_TRANSPORT, requestBytes, USER } from './requests.ts';
import { HOST, openTurnClient } from './turn-client.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const USERS = [{ name: USER.username, password: USER.password }];

function start(relay: RelayServerOptions = {}, more: Partial<ServerOptions> = {}) {
  return startServer({
    ip: [HOST],
    ...{ port: 0, altPort: 0, httpPort: 0 },
    relay: { users: USERS, allowPrivate: true, turnsPort: 0, ...relay },
    ...more,
  });
}

const portOf = (server: NatcheckServer): number => server.layouts[0]?.port ?? 0;

/** The value of one line of /metrics. */
async function metric(server: NatcheckServer, line: string): Promise<number> {
  const text = await (await fetch(`http://${HOST}:${server.httpPort}/metrics`)).text();
  const found = text.split('\n').find((one) => one.startsWith(`${line} `));
  return Number(found?.slice(line.length));
}

/** A peer that answers everything with its own name and what it heard. */
async function openPeer(): Promise<Socket & { readonly at: Endpoint }> {
  const socket = createSocket('udp4');
  socket.bind(0, HOST);
  await once(socket, 'listening');
  socket.on('message', (bytes, { address, port }) => socket.send(`echo ${bytes}`, port, address));
  return Object.assign(socket, { at: { address: HOST, port: socket.address().port } });
}

describe.each(['udp', 'tcp'] as const)('over %s', (transport) => {
  it('data goes to a peer and back, in indications and on a channel', async () => {
    await using server = await start();
    await using peer = await openPeer();
    await using alice = await openTurnClient(portOf(server), { transport });
    const relayed = await alice.allocate();
    expect(relayed.address).toBe(HOST);
    expect(await alice.permit(peer.at)).toBe('success');
    alice.sendTo(peer.at, 'one');
    expect(await alice.data()).toEqual({ via: peer.at, data: 'echo one' });
    expect(await alice.bind(0x4000, peer.at)).toBe('success');
    for (const text of ['two', '', 'three and more']) {
      alice.sendOn(0x4000, text);
      expect(await alice.data()).toEqual({ via: 0x4000, data: `echo ${text}` });
    }
    expect(await metric(server, 'natcheck_relay_packets_total{direction="to-peer"}')).toBe(4);
    expect(await metric(server, 'natcheck_relay_bytes_total{direction="to-client"}')).toBe(40);
    expect(await metric(server, `natcheck_relay_allocations{transport="${transport}"}`)).toBe(1);
  });

  it('two users of one server are each other’s peers', async () => {
    await using server = await start({ users: [...USERS, { name: 'bob', password: 'south' }] });
    await using alice = await openTurnClient(portOf(server), { transport });
    await using bob = await openTurnClient(portOf(server), { transport, username: 'bob', password: 'south' });
    const [atAlice, atBob] = [await alice.allocate(), await bob.allocate()];
    await alice.bind(0x4000, atBob);
    await bob.permit(atAlice);
    alice.sendOn(0x4000, 'hello');
    expect(await bob.data()).toEqual({ via: atAlice, data: 'hello' });
    bob.sendTo(atAlice, 'hello yourself');
    expect(await alice.data()).toEqual({ via: 0x4000, data: 'hello yourself' });
  });

  it('an allocation that is given up leaves no socket', async () => {
    await using server = await start();
    await using alice = await openTurnClient(portOf(server), { transport });
    await alice.allocate();
    expect(await metric(server, 'natcheck_relay_sockets')).toBe(1);
    expect(await alice.outcome(METHOD.refresh, [lifetime(0)])).toBe('success');
    await vi.waitFor(async () => expect(await metric(server, 'natcheck_relay_sockets')).toBe(0));
    expect(await metric(server, 'natcheck_relay_allocations_total')).toBe(1);
  });

  it('credentials that are wrong get 401', async () => {
    await using server = await start();
    await using mallory = await openTurnClient(portOf(server), { transport, password: 'guess' });
    expect(await mallory.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
    expect(await metric(server, 'natcheck_relay_refused_total{code="401"}')).toBe(2);
    expect(await metric(server, 'natcheck_relay_sockets')).toBe(0);
  });
});

describe('a client over TCP', () => {
  it('that goes away takes its allocation with it', async () => {
    await using server = await start();
    const alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    await alice.allocate();
    expect(await metric(server, 'natcheck_relay_connections')).toBe(1);
    await alice[Symbol.asyncDispose]();
    await vi.waitFor(async () => {
      expect(await metric(server, 'natcheck_relay_sockets')).toBe(0);
      expect(await metric(server, 'natcheck_relay_connections')).toBe(0);
    });
  });

  it('is told its own endpoint by a Binding', async () => {
    await using server = await start();
    await using alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    expect(attribute(await alice.ask(METHOD.binding), 'XOR-MAPPED-ADDRESS')).toMatchObject({ address: HOST });
  });

  it('that allocates nothing is closed in time', async () => {
    await using server = await start({ limits: { unallocatedMs: 1 } });
    await using mute = await openTurnClient(portOf(server), { transport: 'tcp' });
    await mute.closed;
    await vi.waitFor(async () => expect(await metric(server, 'natcheck_relay_connections')).toBe(0));
  });

  it('that speaks something else is closed at once', async () => {
    await using server = await start();
    const other = connect(portOf(server), HOST);
    other.write('GET / HTTP/1.1\r\n\r\n');
    await once(other.resume(), 'close');
  });

  it('is one of a bounded number from its address', async () => {
    await using server = await start({ limits: { connectionsPerAddress: 1 } });
    await using alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    await alice.allocate();
    await using second = await openTurnClient(portOf(server), { transport: 'tcp' });
    await second.closed;
  });

  it('that reads nothing has data dropped, not kept', async () => {
    await using server = await start({ limits: { bufferedBytes: 1, bytesPerSecond: 1e9 } });
    await using alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    await using bob = await openTurnClient(portOf(server));
    const [atAlice, atBob] = [await alice.allocate(), await bob.allocate()];
    await alice.bind(0x4000, atBob);
    await bob.bind(0x4000, atAlice);
    alice.pause();
    const flood = new Uint8Array(1200);
    await vi.waitFor(
      async () => {
        for (let n = 0; n < 500; n++) bob.sendOn(0x4000, flood);
        expect(await metric(server, 'natcheck_relay_dropped_total{reason="slow-client"}')).toBeGreaterThan(0);
      },
      { timeout: 15_000 },
    );
  });
});

describe('a thousand strangers', () => {
  it('open nothing and keep nothing, and hear less and less', async () => {
    await using server = await start();
    const port = portOf(server);
    await using stranger = createSocket('udp4');
    stranger.bind(0, HOST);
    await once(stranger, 'listening');
    let heard = 0;
    stranger.on('message', (bytes) => {
      heard++;
      expect(bytes.length).toBe(60);
    });
    const handled = async (): Promise<number> =>
      (await metric(server, 'natcheck_relay_refused_total{code="401"}')) +
      (await metric(server, 'natcheck_relay_dropped_total{reason="rate-limited"}'));
    for (let n = 0; n < 1_000; n++) stranger.send(requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT]), port, HOST);
    await vi.waitFor(async () => expect(await handled()).toBe(1_000), { timeout: 10_000 });
    expect(heard).toBeLessThan(500);
    expect(await metric(server, 'natcheck_relay_sockets')).toBe(0);
    expect(await metric(server, 'natcheck_relay_allocations{transport="udp"}')).toBe(0);
    expect(await metric(server, 'natcheck_relay_allocations_total')).toBe(0);
  });
});

describe.runIf(hasIpv6)('a server of both families', () => {
  it('relays over IPv6 for a client that comes over IPv4', async () => {
    await using server = await start({}, { ip: [HOST, '::1'] });
    await using peer = createSocket('udp6');
    peer.bind(0, '::1');
    await once(peer, 'listening');
    peer.on('message', (bytes, { address, port }) => peer.send(`echo ${bytes}`, port, address));
    const at = { address: '::1', port: peer.address().port };
    await using alice = await openTurnClient(portOf(server));
    const family = { type: 'REQUESTED-ADDRESS-FAMILY', value: 'IPv6' } as const;
    const answer = await alice.ask(METHOD.allocate, [REQUESTED_TRANSPORT, family]);
    expect(attribute(answer, 'XOR-RELAYED-ADDRESS')?.address).toBe('::1');
    expect(await alice.permit({ address: HOST, port: 1 })).toBe(443);
    expect(await alice.permit(at)).toBe('success');
    alice.sendTo(at, 'six');
    expect(await alice.data()).toEqual({ via: at, data: 'echo six' });
  });
});

describe('with a certificate', () => {
  it('there is TURN over TLS on a port of its own', async () => {
    await using server = await start({}, { tls: LOOPBACK_TLS });
    await using peer = await openPeer();
    const turnsPort = server.relay?.turnsPort ?? 0;
    await using alice = await openTurnClient(turnsPort, { transport: 'tls', ca: LOOPBACK_TLS.cert });
    await alice.allocate();
    await alice.bind(0x4001, peer.at);
    alice.sendOn(0x4001, 'over TLS');
    expect(await alice.data()).toEqual({ via: 0x4001, data: 'echo over TLS' });
  });
});

describe('the end of the server', () => {
  it('closes every relayed socket, every connection and every listener', async () => {
    const before = process.getActiveResourcesInfo().length;
    const server = await start({}, { tls: LOOPBACK_TLS });
    const turnsPort = server.relay?.turnsPort ?? 0;
    const clients = await Promise.all(
      (['udp', 'tcp', 'tls'] as const).map((transport) =>
        openTurnClient(transport === 'tls' ? turnsPort : portOf(server), { transport, ca: LOOPBACK_TLS.cert }),
      ),
    );
    const relayed = await Promise.all(clients.map((client) => client.allocate()));
    expect(new Set(relayed.map(({ port }) => port)).size).toBe(3);
    const mute = connect(turnsPort, HOST).on('error', () => {});
    await once(mute, 'connect');
    const closed = [once(mute.resume(), 'close'), clients[1]?.closed, clients[2]?.closed];
    await server[Symbol.asyncDispose]();
    await Promise.all(closed);
    for (const { port } of relayed) {
      await using again = createSocket('udp4');
      again.bind(port, HOST);
      await once(again, 'listening');
    }
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
    await vi.waitFor(() => expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before));
  });

  it('comes while sockets are being opened, and closes those too', async () => {
    const server = await start();
    await using alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    const outcome = alice.allocate();
    outcome.catch(() => {});
    await server[Symbol.asyncDispose]();
    await alice.closed;
  });
});
