/** A relay over real sockets on loopback: what goes in at one end comes out at the other, and every end is told. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { startServer } from '../../../server/index.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import { UsageError } from '../../../src/errors.ts';
import { type OpenedRelay, openRelay, type RelayOptions } from '../../../src/net/turn/relay.ts';
import type { RelayEvent, RelaySocket } from '../../../src/net/turn/relay-socket.ts';
import { type OpenSocket, openUdpSocket } from '../../../src/net/udp-socket.ts';
import type { TurnTransportName } from '../../../src/turn/url.ts';
import { LOOPBACK_TLS } from '../../server/tls/loopback.ts';
import { CREDENTIALS, type FakeTurnServer, startFakeTurnServer } from './fake-server.ts';

const TRANSPORTS: readonly TurnTransportName[] = ['udp', 'tcp', 'tls'];

function open(
  server: FakeTurnServer,
  transport: TurnTransportName,
  options: Partial<RelayOptions> = {},
): Promise<OpenedRelay> {
  const { address: host, port } = server.endpoint;
  const ca = LOOPBACK_TLS.cert;
  return openRelay({ server: { host, port, transport }, credentials: CREDENTIALS, ca, ...options });
}

function opened(result: OpenedRelay): RelaySocket {
  if (result.outcome === 'failed') throw new Error(`${result.reason} ${result.code} ${result.detail}`);
  return result.relay;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const unsent = (code: string): never => {
  throw new Error(`not sent: ${code}`);
};

it('the socket toward the server is of the given opener, and of that alone', async () => {
  await using server = await startFakeTurnServer({ transport: 'udp' });
  const locals: Endpoint[] = [];
  const openSocket: OpenSocket = async (at) => {
    const socket = await openUdpSocket(at);
    locals.push(socket.local);
    return socket;
  };
  await using relay = opened(await open(server, 'udp', { openSocket }));
  expect(locals).toEqual([relay.mapped]);
});

describe.for(TRANSPORTS)('over %s', (transport) => {
  it('datagrams go both ways, through indications and then through a channel, and the allocation is given back', async () => {
    await using server = await startFakeTurnServer({ transport });
    await using peer = await openUdpSocket({ address: '127.0.0.1', port: 0 });
    const events: RelayEvent[] = [];
    const relay = opened(await open(server, transport, { onEvent: (event) => events.push(event) }));
    expect(relay.local).toEqual(relay.relayed);
    expect(relay.mapped.address).toBe('127.0.0.1');
    expect(relay.server).toEqual(server.endpoint);

    const atPeer: string[] = [];
    peer.onDatagram((bytes, from) => {
      expect(from).toEqual(relay.relayed);
      atPeer.push(text(bytes));
      peer.send(Buffer.from(`re: ${text(bytes)}`), from, unsent);
    });
    const atRelay: string[] = [];
    relay.onDatagram((bytes, from) => {
      expect(from).toEqual(peer.local);
      atRelay.push(text(bytes));
    });
    relay.send(Buffer.from('one'), peer.local, unsent);
    await vi.waitFor(() => expect(events.map(({ kind }) => kind)).toEqual(['allocated', 'channel-bound']));
    relay.send(Buffer.from('second'), peer.local, unsent);
    await vi.waitFor(() => expect(atRelay).toEqual(['re: one', 're: second']));
    expect(atPeer).toEqual(['one', 'second']);

    await relay[Symbol.asyncDispose]();
    expect(server.log).toEqual([
      'allocate:401',
      'allocate',
      'createPermission',
      'send',
      'channelBind',
      'channelData',
      'refresh',
    ]);
    const refusals: string[] = [];
    relay.send(Buffer.from('late'), peer.local, (code) => refusals.push(code));
    expect(refusals).toEqual(['ENOTCONN']);
    await relay[Symbol.asyncDispose]();
  });

  it('a server that is asked says whether it has the allocation, and another one in its place says that it has not', async () => {
    const users = [{ name: CREDENTIALS.username, password: CREDENTIALS.password }];
    const relay = { users, allowPrivate: true, turnsPort: 0 };
    const tls = transport === 'tls' ? { tls: LOOPBACK_TLS } : {};
    const first = await startServer({ ip: ['127.0.0.1'], port: 0, altPort: 0, httpPort: 0, relay, ...tls });
    const port = first.addresses[0]?.port ?? 0;
    const place = { host: '127.0.0.1', port: transport === 'tls' ? (first.relay?.turnsPort ?? 0) : port, transport };
    const ca = LOOPBACK_TLS.cert;
    await using socket = opened(await openRelay({ server: place, credentials: CREDENTIALS, ca }));
    expect([await socket.prove(), await socket.prove()]).toEqual(['there', 'there']);
    const lost: string[] = [];
    socket.onLost(({ reason }) => lost.push(reason));
    await first[Symbol.asyncDispose]();
    await using _second = await startServer({ ip: ['127.0.0.1'], port, altPort: 0, httpPort: 0, relay, ...tls });
    expect(await socket.prove()).toBe('lost');
    expect(await socket.prove()).toBe('lost');
    expect(lost).toEqual([transport === 'udp' ? 'allocation-mismatch' : 'connection-closed']);
  });

  it('the local address is the one that is asked for, or it is told that there is none', async () => {
    await using server = await startFakeTurnServer({ transport });
    await using relay = opened(await open(server, transport, { local: '127.0.0.2' }));
    expect(relay.mapped.address).toBe('127.0.0.2');
    expect(await open(server, transport, { local: '198.51.100.1' })).toEqual({
      outcome: 'failed',
      reason: 'unreachable',
      code: null,
      detail:
        'this host cannot send to 127.0.0.1 from the given local address, which is none of its own [EADDRNOTAVAIL]',
    });
  });

  it('a server that says no is told with its code', async () => {
    await using server = await startFakeTurnServer({ transport, refuse: () => ({ code: 486 }) });
    expect(await open(server, transport)).toEqual({
      outcome: 'failed',
      reason: 'quota-reached',
      code: 486,
      detail: '',
    });
  });

  it('wrong credentials are told', async () => {
    await using server = await startFakeTurnServer({ transport });
    const credentials = { ...CREDENTIALS, password: 'guessed' };
    expect(await open(server, transport, { credentials })).toMatchObject({ reason: 'unauthorized', code: 401 });
  });

  it('a server that sends to another one is followed', async () => {
    await using target = await startFakeTurnServer({ transport });
    const attributes = [{ type: 'ALTERNATE-SERVER', value: target.endpoint }] as const;
    await using server = await startFakeTurnServer({ transport, refuse: () => ({ code: 300, attributes }) });
    await using relay = opened(await open(server, transport));
    expect(relay.server).toEqual(target.endpoint);
    expect(target.log).toEqual(['allocate:401', 'allocate']);
  });

  it('a server that sends in a circle is followed once', async () => {
    const places: FakeTurnServer[] = [];
    const refuseFrom = (index: number) => () => {
      const value = places[1 - index]?.endpoint ?? { address: '127.0.0.1', port: 9 };
      return { code: 300, attributes: [{ type: 'ALTERNATE-SERVER', value } as const] };
    };
    await using a = await startFakeTurnServer({ transport, refuse: refuseFrom(0) });
    await using b = await startFakeTurnServer({ transport, refuse: refuseFrom(1) });
    places.push(a, b);
    expect(await open(a, transport)).toMatchObject({ outcome: 'failed', reason: 'try-alternate', code: 300 });
    expect(a.log).toEqual(['allocate:401', 'allocate:300']);
    expect(b.log).toEqual(['allocate:401', 'allocate:300']);
  });

  it('a server that knows another allocation for this socket is asked from a new one', async () => {
    const refuse = (allocate: number) => (allocate === 0 ? { code: 437 } : null);
    await using server = await startFakeTurnServer({ transport, refuse });
    await using relay = opened(await open(server, transport));
    expect(relay.relayed.port).toBeGreaterThan(0);
    expect(server.log).toEqual(['allocate:401', 'allocate:437', 'allocate:401', 'allocate']);
  });

  it('an abort while the server says nothing ends it with the reason', async () => {
    await using server = await startFakeTurnServer({ transport, isMute: true });
    const controller = new AbortController();
    const opening = open(server, transport, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(opening).rejects.toThrow('enough');
  });

  it('an abort before it begins opens nothing', async () => {
    await using server = await startFakeTurnServer({ transport });
    await expect(open(server, transport, { signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow('never');
    expect(server.log).toEqual([]);
  });
});

describe.for(['tcp', 'tls'] as const)('a %s connection', (transport) => {
  it('that the server ends is a relay lost', async () => {
    await using server = await startFakeTurnServer({ transport });
    await using relay = opened(await open(server, transport));
    const lost = new Promise((resolve) => relay.onLost(resolve));
    server.hangUp();
    expect(await lost).toMatchObject({ reason: 'connection-closed', code: null });
    expect(await new Promise((resolve) => relay.onLost(resolve))).toMatchObject({ reason: 'connection-closed' });
    const refusals: string[] = [];
    relay.send(Buffer.from('x'), server.endpoint, (code) => refusals.push(code));
    expect(refusals).toEqual(['ENOTCONN']);
  });

  it('on which something else than TURN comes is a relay lost', async () => {
    await using server = await startFakeTurnServer({ transport });
    await using relay = opened(await open(server, transport));
    const lost = new Promise((resolve) => relay.onLost(resolve));
    server.say(Buffer.from('\xffHTTP/1.1 400 Bad Request', 'latin1'));
    expect(await lost).toEqual({
      reason: 'connection-closed',
      code: null,
      detail: `127.0.0.1:${server.endpoint.port} sent what is no TURN: check the port [EPROTO]`,
    });
  });

  it('that ends before there is an allocation is told', async () => {
    await using server = await startFakeTurnServer({ transport, isMute: true });
    const opening = open(server, transport);
    setTimeout(server.hangUp, 200);
    expect(await opening).toMatchObject({ outcome: 'failed', reason: 'connection-closed' });
  });

  it('that nobody accepts is told with the system code', async () => {
    const listener = createServer();
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const { port } = listener.address() as { port: number };
    await new Promise((resolve) => listener.close(resolve));
    const server = { host: '127.0.0.1', port, transport };
    expect(await openRelay({ server, credentials: CREDENTIALS })).toEqual({
      outcome: 'failed',
      reason: 'unreachable',
      code: null,
      detail: `nothing listens on TCP 127.0.0.1:${port}: check the address and the port, and that the server takes TURN over TCP [ECONNREFUSED]`,
    });
  });
});

describe('a certificate', () => {
  it('that nobody vouches for is not accepted', async () => {
    await using server = await startFakeTurnServer({ transport: 'tls' });
    const result = await open(server, 'tls', { ca: undefined });
    expect(result).toMatchObject({
      reason: 'unreachable',
      detail: `the certificate of 127.0.0.1:${server.endpoint.port} is signed by itself, so nobody vouches for it: if it is the right one, name its file in NODE_EXTRA_CA_CERTS [DEPTH_ZERO_SELF_SIGNED_CERT]`,
    });
  });

  it('for another name is not accepted', async () => {
    await using server = await startFakeTurnServer({ transport: 'tls' });
    const result = await open(server, 'tls', { certificateName: 'turn.example.org' });
    expect(result).toMatchObject({
      reason: 'unreachable',
      detail: `the certificate of 127.0.0.1:${server.endpoint.port} is for another name: give that name, with --turn turns:NAME:${server.endpoint.port} [ERR_TLS_CERT_ALTNAME_INVALID]`,
    });
  });
});

describe('a server', () => {
  it('is looked up by its name, IPv4 before IPv6', async () => {
    await using server = await startFakeTurnServer({ transport: 'udp' });
    const addresses = [
      { address: '::1', family: 'IPv6' },
      { address: '127.0.0.1', family: 'IPv4' },
    ] as const;
    const resolver = { addresses: async () => addresses, services: async () => [] };
    const url = `turn:turn.example.org:${server.endpoint.port}`;
    await using relay = opened(await openRelay({ server: url, credentials: CREDENTIALS, resolver }));
    expect(relay.server).toEqual(server.endpoint);
  });

  it('whose name nobody knows is unreachable', async () => {
    const resolver = { addresses: () => Promise.reject(new Error('ENOTFOUND')), services: async () => [] };
    expect(await openRelay({ server: 'turn:nobody.invalid', credentials: CREDENTIALS, resolver })).toMatchObject({
      outcome: 'failed',
      reason: 'unreachable',
      detail: 'no name server knows an address of nobody.invalid: check how it is written [ENOTFOUND]',
    });
  });

  it.each([
    ['a URL of something else', { server: 'stun:127.0.0.1' }],
    ['a local address that is none', { local: 'eth0' }],
    ['a user name that no STUN message can hold', { credentials: { username: 'x'.repeat(509), password: '' } }],
  ])('%s is a mistake of the caller', async (_title, options) => {
    await expect(openRelay({ server: 'turn:127.0.0.1', credentials: CREDENTIALS, ...options })).rejects.toThrow(
      UsageError,
    );
  });
});
