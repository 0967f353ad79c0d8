/** A server under its operator: readiness, metrics on an address of their own, another certificate, and a drain. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { LogFields } from '../../../server/operations/log.ts';
import { createReadiness } from '../../../server/operations/readiness.ts';
import { joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { HOST, join, startTestServer, TOLD, urlOf } from '../../net/rendezvous/peers.ts';
import { SIGNED, SIGNED_WITH_CHAIN } from '../tls/authority.ts';
import { LOOPBACK_TLS } from '../tls/loopback.ts';
import { portOf, startRelayServer } from '../turn/relay-server.ts';
import { openTurnClient, type TurnClient } from '../turn/turn-client.ts';

async function pageAt(port: number, path: string, init: RequestInit = {}): Promise<readonly [number, string]> {
  const answer = await fetch(`http://${HOST}:${port}${path}`, init);
  return [answer.status, await answer.text()];
}

describe('readiness', () => {
  it('is there when every condition is met, and ends with a drain', () => {
    const readiness = createReadiness();
    const [listening, redis] = [readiness.require('listening'), readiness.require('redis')];
    expect(readiness.missing()).toEqual(['listening', 'redis']);
    listening.set(true);
    expect(readiness.missing()).toEqual(['redis']);
    redis.set(true);
    expect(readiness.missing()).toEqual([]);
    redis.set(false);
    readiness.drain();
    expect(readiness.missing()).toEqual(['redis', 'draining']);
  });

  it('is a page, which is there before anything is ready', async () => {
    await using server = await startTestServer();
    expect(await pageAt(server.httpPort, '/readyz')).toEqual([200, 'ready\n']);
  });
});

describe('the metrics on an address of their own', () => {
  it('are there beside those of the HTTP port, with the pages of health', async () => {
    await using server = await startTestServer({ metricsListen: { address: '127.0.0.2', port: 0 } });
    const at = server.metricsAt;
    expect(at).toEqual({ address: '127.0.0.2', port: expect.any(Number) });
    const url = `http://127.0.0.2:${at?.port}`;
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('natcheck_stun_received_total');
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n');
    expect(await (await fetch(`${url}/readyz`)).text()).toBe('ready\n');
    expect((await pageAt(server.httpPort, '/metrics'))[0]).toBe(200);
  });

  it('take the token where there is one', async () => {
    await using server = await startTestServer({ metricsListen: { address: HOST, port: 0 }, metricsToken: 'secret' });
    const port = server.metricsAt?.port ?? 0;
    expect((await pageAt(port, '/metrics'))[0]).toBe(401);
    expect((await pageAt(port, '/metrics', { headers: { authorization: 'Bearer secret' } }))[0]).toBe(200);
  });

  it('have no rendezvous', async () => {
    await using server = await startTestServer({ metricsListen: { address: HOST, port: 0 } });
    const url = `ws://${HOST}:${server.metricsAt?.port}`;
    expect(await joinRendezvous({ url, room: 'r', id: 'a' })).toMatchObject({ outcome: 'unreachable' });
  });

  it('cannot be where something else is, and then nothing is left open', async () => {
    await using holder = await startTestServer();
    const metricsListen = { address: HOST, port: holder.httpPort };
    await expect(startTestServer({ metricsListen })).rejects.toMatchObject({ code: 'port-in-use' });
    await expect(startTestServer({ metricsListen: { address: HOST, port: 70_000 } })).rejects.toMatchObject({
      message: 'metrics-listen is 70000: a port is from 1 to 65535, or 0 for any free one',
    });
  });
});

/** The fingerprint of the certificate that a newcomer is shown. */
async function shownAt(port: number): Promise<string> {
  const socket = connect({ host: HOST, port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe('another certificate', () => {
  it('is shown to newcomers over HTTPS and TURNS, and cuts nobody off', async () => {
    await using server = await startRelayServer({}, { tls: LOOPBACK_TLS });
    const turnsPort = server.relay?.turnsPort ?? 0;
    await using alice = await join(server, 'alice', { ca: LOOPBACK_TLS.cert });
    await using bob = await join(server, 'bob', { ca: LOOPBACK_TLS.cert });
    await using client = await openTurnClient(turnsPort, { transport: 'tls', ca: LOOPBACK_TLS.cert });
    const former = await shownAt(server.httpPort);
    expect(await shownAt(turnsPort)).toBe(former);

    server.renewTls(SIGNED_WITH_CHAIN);
    const [latter, overTurns] = [await shownAt(server.httpPort), await shownAt(turnsPort)];
    expect(latter).not.toBe(former);
    expect(overTurns).toBe(latter);
    expect((await client.allocate()).address).toBe(HOST);
    alice.client.ask('bob', TOLD);
    expect(await bob.next('wanted')).toMatchObject({ peer: 'alice' });
  });

  it('is shown by every worker, and by the one that replaces it', async () => {
    await using server = await startRelayServer({}, { tls: LOOPBACK_TLS, workers: 2 });
    const turnsPort = server.relay?.turnsPort ?? 0;
    const former = await shownAt(turnsPort);
    server.renewTls(SIGNED_WITH_CHAIN);
    const latter = await shownAt(server.httpPort);
    expect(latter).not.toBe(former);
    // Enough that no worker is left out once in a million times.
    const shown = async () => new Set(await Promise.all(Array.from({ length: 20 }, () => shownAt(turnsPort))));
    await expect.poll(shown).toEqual(new Set([latter]));
    const before = server.workers();
    process.kill(before[0] ?? 0, 'SIGKILL');
    await expect.poll(() => server.workers().filter((pid) => !before.includes(pid))).toHaveLength(1);
    expect(await shown()).toEqual(new Set([latter]));
  });

  it.each([
    ['no PEM', { cert: 'certificate', key: 'key' }],
    ['no pair', { cert: SIGNED.cert, key: SIGNED.cert }],
  ])('that is %s is refused, and the former one stays', async (_, tls) => {
    await using server = await startTestServer({ tls: LOOPBACK_TLS });
    const former = await shownAt(server.httpPort);
    expect(() => server.renewTls(tls)).toThrow(expect.objectContaining({ code: 'bad-tls' }));
    expect(await shownAt(server.httpPort)).toBe(former);
  });

  it('makes no server secure that was started without one', async () => {
    await using server = await startTestServer();
    expect(() => server.renewTls(LOOPBACK_TLS)).toThrow('a server that was started without TLS cannot get it later');
  });
});

describe('a drain', () => {
  it('opens no room, lets peers into those that are there, and ends when the last has left', async () => {
    const told: [string, LogFields | undefined][] = [];
    await using server = await startTestServer({ log: (_, event, fields) => told.push([event, fields]) });
    const alice = await join(server, 'alice');
    const drained = server.drain(new AbortController().signal);
    expect(await pageAt(server.httpPort, '/readyz')).toEqual([503, 'not ready: draining\n']);
    expect(await pageAt(server.httpPort, '/healthz')).toEqual([200, 'ok\n']);
    expect(await joinRendezvous({ url: urlOf(server), room: 'another', id: 'a' })).toMatchObject({
      outcome: 'refused',
      code: 'server-full',
    });
    const bob = await join(server, 'bob');
    bob.client.ask('alice', TOLD);
    expect(await alice.next('wanted')).toMatchObject({ peer: 'bob' });
    await Promise.all([alice[Symbol.asyncDispose](), bob[Symbol.asyncDispose]()]);
    expect(await drained).toBe('idle');
    expect(told.filter(([event]) => event.startsWith('drain'))).toEqual([
      ['draining', undefined],
      ['drained', { end: 'idle' }],
    ]);
  });

  it('makes no allocation, offers no relay, and serves those that are there until the time is over', async () => {
    await using server = await startRelayServer({ users: [], open: true });
    await using alice = await join(server, 'alice');
    const [given] = alice.client.joined.turn ?? [];
    await using first = await openTurnClient(portOf(server), { ...given });
    await first.allocate();
    const abort = new AbortController();
    const drained = server.drain(abort.signal);
    await using second = await openTurnClient(portOf(server), { ...given });
    await expect(second.allocate()).rejects.toThrow('508');
    await using bob = await join(server, 'bob');
    expect(bob.client.joined.turn).toBeUndefined();
    expect(await first.permit({ address: HOST, port: 9 })).toBe('success');
    abort.abort();
    expect(await drained).toBe('aborted');
  });

  it('has workers make no allocation either, and ends with the last one of theirs', async () => {
    await using server = await startRelayServer({}, { workers: 2 });
    const end = (client: TurnClient) => client.outcome(METHOD.refresh, [{ type: 'LIFETIME', value: 0 }]);
    await using first = await openTurnClient(portOf(server));
    await first.allocate();
    const drained = server.drain(new AbortController().signal);
    // Each worker hears of it for itself; of so many clients, both have some.
    for (let refused = 0; refused < 10; ) {
      await using client = await openTurnClient(portOf(server));
      const made = await client.allocate().catch((error: Error) => error.message);
      if (made === 'refused: 508') refused++;
      else expect(await end(client)).toBe('success');
    }
    expect(await end(first)).toBe('success');
    expect(await drained).toBe('idle');
  });
});

it('a server tells what becomes of it, and of each connection', async () => {
  const told: [string, string, LogFields | undefined][] = [];
  const server = await startTestServer({ log: (...all) => told.push([all[0], all[1], all[2]]) });
  const alice = await join(server, 'alice');
  await alice[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  const udp = server.addresses.map(({ address, port }) => `${address}:${port}`);
  expect(told).toEqual([
    ['info', 'ready', { udp, tcp: server.httpPort }],
    ['debug', 'connected', { connection: 0, from: HOST }],
    ['debug', 'joined', { connection: 0, resumed: false }],
    ['debug', 'closed', { connection: 0, code: 1000, reason: 'left' }],
    ['debug', 'disconnected', { connection: 0 }],
    ['info', 'stopped', undefined],
  ]);
});
