/** The relay of a whole server over real sockets on loopback: UDP, TCP and TLS, and nothing left behind. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { METHOD } from '../../../src/stun/header.ts';
import { attribute } from '../../../src/stun/message.ts';
import { LOOPBACK_TLS } from '../tls/loopback.ts';
import { metric, openPeer, portOf, startRelayServer, USERS } from './relay-server.ts';
import { lifetime, REQUESTED_TRANSPORT, requestBytes } from './requests.ts';
import { HOST, openTurnClient } from './turn-client.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

describe.each(['udp', 'tcp'] as const)('over %s', (transport) => {
  it('data goes to a peer and back, in indications and on a channel', async () => {
    await using server = await startRelayServer();
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
    await using server = await startRelayServer({ users: [...USERS, { name: 'bob', password: 'south' }] });
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
    await using server = await startRelayServer();
    await using alice = await openTurnClient(portOf(server), { transport });
    await alice.allocate();
    expect(await metric(server, 'natcheck_relay_sockets')).toBe(1);
    expect(await alice.outcome(METHOD.refresh, [lifetime(0)])).toBe('success');
    await vi.waitFor(async () => expect(await metric(server, 'natcheck_relay_sockets')).toBe(0));
    expect(await metric(server, 'natcheck_relay_allocations_total')).toBe(1);
  });

  it('credentials that are wrong get 401', async () => {
    await using server = await startRelayServer();
    await using mallory = await openTurnClient(portOf(server), { transport, password: 'guess' });
    expect(await mallory.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
    expect(await metric(server, 'natcheck_relay_refused_total{code="401"}')).toBe(2);
    expect(await metric(server, 'natcheck_relay_sockets')).toBe(0);
  });
});

describe('a thousand strangers', () => {
  it('open nothing and keep nothing, and hear less and less', async () => {
    await using server = await startRelayServer();
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
    await using server = await startRelayServer({}, { ip: [HOST, '::1'] });
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
    await using server = await startRelayServer({}, { tls: LOOPBACK_TLS });
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
    const server = await startRelayServer({}, { tls: LOOPBACK_TLS });
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
    const server = await startRelayServer();
    await using alice = await openTurnClient(portOf(server), { transport: 'tcp' });
    const outcome = alice.allocate();
    outcome.catch(() => {});
    await server[Symbol.asyncDispose]();
    await alice.closed;
  });
});
