/** The TURN servers that the rendezvous offers to its peers, and that they work. */
import { describe, expect, it, vi } from 'vitest';
import type { ServerOptions } from '../../../server/index.ts';
import { turnServerFor, turnServersOf, urlsOf } from '../../../server/turn/turn-servers.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { timeLimitedPassword } from '../../../src/turn/credentials.ts';
import { join, startTestServer } from '../../net/rendezvous/peers.ts';
import { LOOPBACK_TLS } from '../tls/loopback.ts';
import { REQUESTED_TRANSPORT } from './requests.ts';
import { HOST, openTurnClient } from './turn-client.ts';

describe('a server with a relay and nothing else said', () => {
  it('hands each peer credentials that are good for every one of its URLs', async () => {
    await using server = await startTestServer({
      relay: { open: true, allowPrivate: true, turnsPort: 0 },
      tls: LOOPBACK_TLS,
    });
    const ca = LOOPBACK_TLS.cert;
    await using alice = await join(server, 'alice', { ca });
    await using bob = await join(server, 'bob', { ca });
    const [told] = alice.client.joined.turn ?? [];
    if (!told) throw new Error('nothing told');
    const port = server.layouts[0]?.port ?? 0;
    const turnsPort = server.relay?.turnsPort ?? 0;
    expect(told).toEqual({
      urls: [
        `turn:${HOST}:${port}?transport=udp`,
        `turn:${HOST}:${port}?transport=tcp`,
        `turns:${HOST}:${turnsPort}?transport=tcp`,
      ],
      username: expect.stringMatching(/^\d+:[\w-]{12}$/),
      password: expect.stringMatching(/^[\w+/]{27}=$/),
      expiresInMs: 3_600_000,
    });
    expect(server.turnUrls).toEqual(told.urls);
    expect(bob.client.joined.turn?.[0]?.username.split(':')[1]).not.toBe(told.username.split(':')[1]);
    for (const transport of ['udp', 'tcp', 'tls'] as const) {
      await using client = await openTurnClient(transport === 'tls' ? turnsPort : port, { transport, ...told, ca });
      expect((await client.allocate()).address).toBe(HOST);
    }
    await using mallory = await openTurnClient(port, { username: told.username, password: 'guess' });
    expect(await mallory.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
  });
});

describe('what a peer was offered', () => {
  it('is good until its session has ended, and its allocation ends soon after', async () => {
    const limits = { orphanMs: 1 };
    await using server = await startTestServer({ relay: { open: true, allowPrivate: true, limits } });
    const alice = await join(server, 'alice');
    const [told] = alice.client.joined.turn ?? [];
    const port = server.layouts[0]?.port ?? 0;
    await using client = await openTurnClient(port, { ...told });
    await client.allocate();
    expect(await client.outcome(METHOD.refresh)).toBe('success');
    await alice[Symbol.asyncDispose]();
    await vi.waitFor(async () => expect(await client.outcome(METHOD.refresh)).toBe(401), { timeout: 5_000 });
    await using late = await openTurnClient(port, { ...told });
    expect(await late.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
  });
});

describe('a relay that everybody may use', () => {
  const openOf = async (options: Partial<ServerOptions>) => {
    await using server = await startTestServer(options);
    const metrics = await (await fetch(`http://${HOST}:${server.httpPort}/metrics`)).text();
    return [server.relay?.isOpen, /^natcheck_relay_open (\d)$/m.exec(metrics)?.[1]];
  };

  it('is said to be open, and shown so in the metrics', async () => {
    expect(await openOf({ relay: { open: true } })).toEqual([true, '1']);
    expect(await openOf({ relay: { open: true }, authToken: 'north' })).toEqual([false, '0']);
    expect(await openOf({ relay: { users: [{ name: 'a', password: 'b' }] } })).toEqual([false, '0']);
  });
});

describe('a server', () => {
  it('without a relay tells of none', async () => {
    await using server = await startTestServer();
    await using alice = await join(server, 'alice');
    expect([alice.client.joined.turn, server.relay, server.turnUrls]).toEqual([undefined, null, []]);
  });

  it('whose relay has named users only tells of none, as they know', async () => {
    await using server = await startTestServer({ relay: { users: [{ name: 'a', password: 'b' }] } });
    await using alice = await join(server, 'alice');
    expect(alice.client.joined.turn).toBeUndefined();
    expect(server.relay).toEqual({ turnsPort: null, isOpen: false });
  });

  it('tells of another one, with credentials of the secret that both know', async () => {
    const urls = ['turn:coturn.example:3478', 'turns:coturn.example:5349?transport=tcp'];
    await using server = await startTestServer({ otherTurn: { urls, secret: 'north' } });
    await using alice = await join(server, 'alice');
    const [told, ...others] = alice.client.joined.turn ?? [];
    expect([told?.urls, others]).toEqual([urls, []]);
    expect(told?.password).toBe(timeLimitedPassword('north', told?.username ?? ''));
  });
});

describe('servers that others run', () => {
  it('are told by their hosts, with the regions that stand before their URLs', () => {
    const urls = [
      'eu=turn:a.example:3478',
      'turns:a.example',
      'turn:[2001:db8::1]:1?transport=tcp',
      'us=turn:b.example',
    ];
    const server = { name: 'a', secret: { current: 's' }, primaries: [], port: 1, turnsPort: null };
    const turn = turnServersOf({ otherTurn: { urls, secret: 'north' } }, server);
    expect(turn.others).toEqual([
      { name: 'a.example', urls: ['turn:a.example:3478', 'turns:a.example'], region: 'eu', load: null },
      { name: '[2001:db8::1]', urls: ['turn:[2001:db8::1]:1?transport=tcp'], region: null, load: null },
      { name: 'b.example', urls: ['turn:b.example'], region: 'us', load: null },
    ]);
    const chosen = { nodes: [], others: turn.others.slice(0, 2) };
    expect(turn.serversFor('alice', chosen)).toMatchObject([
      { urls: ['turn:a.example:3478', 'turns:a.example', 'turn:[2001:db8::1]:1?transport=tcp'] },
    ]);
  });

  it('are still offered by a server that drains, and its relay is not', async () => {
    const otherTurn = { urls: ['turn:other.example'], secret: 'north' };
    await using server = await startTestServer({ relay: { open: true }, otherTurn });
    await using alice = await join(server, 'alice');
    const aborting = new AbortController();
    const drained = server.drain(aborting.signal);
    await using bob = await join(server, 'bob');
    expect([alice, bob].map(({ client }) => client.joined.turn?.length)).toEqual([2, 1]);
    aborting.abort();
    expect(await drained).toBe('aborted');
  });
});

describe('what is offered', () => {
  it('has the end of the credentials in the username, in whole seconds', () => {
    expect(turnServerFor(1_699_996_400.9, { urls: ['turn:a'], secret: 'north' }, 'alice')).toEqual({
      urls: ['turn:a'],
      username: '1700000000:alice',
      password: 'Cd/49soE35ICqcJF/bCTn8Z4OyE=',
      expiresInMs: 3_600_000,
    });
  });

  it('writes an IPv6 address in brackets', () => {
    expect(urlsOf('2001:db8::1', 3478)).toEqual([
      'turn:[2001:db8::1]:3478?transport=udp',
      'turn:[2001:db8::1]:3478?transport=tcp',
    ]);
  });

  it('names TLS by the certificate, which clients look at', () => {
    const secure = { port: 5349, cert: LOOPBACK_TLS.cert };
    expect(urlsOf('127.0.0.1', 3478, secure).at(-1)).toBe('turns:127.0.0.1:5349?transport=tcp');
    expect(urlsOf('203.0.113.10', 3478, secure).at(-1)).toBe('turns:localhost:5349?transport=tcp');
  });

  it('is this server’s relay and another one when there are both', () => {
    const otherTurn = { urls: ['turn:other.example'], secret: 'north' };
    const secret = { current: 'south' };
    const server = { name: 'a', secret, primaries: ['203.0.113.10'], port: 3478, turnsPort: null };
    const { urls, own, others, serversFor } = turnServersOf({ relay: {}, otherTurn }, server);
    expect(urls).toHaveLength(3);
    const offered = serversFor('alice', { nodes: own ? [own] : [], others });
    expect(offered.map((one) => one.urls.length)).toEqual([2, 1]);
    expect(turnServersOf({}, server)).toMatchObject({ urls: [], own: null, others: [] });
  });
});
