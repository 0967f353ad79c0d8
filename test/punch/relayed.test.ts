/** A punch through the relay of the server that the two meet on, or of another. */
import { describe, expect, it } from 'vitest';
import type { NatcheckServer } from '../../server/index.ts';
import { measureHealth } from '../../src/punch/path/health.ts';
import type { PunchResult } from '../../src/punch/result.ts';
import { join } from '../net/rendezvous/peers.ts';
import { refusalOf } from './path/sides.ts';
import { portsOf, type RunningPunch, startPunch, startPunchServer } from './punches.ts';

const ROOM = 'test';
/** Everything is on loopback here, which a relay refuses when not told otherwise. */
const RELAY = { relay: { open: true, allowPrivate: true } } as const;

/** One datagram each way. */
async function talk(one: PunchResult, other: PunchResult): Promise<readonly string[]> {
  const heard = [one, other].map(
    ({ path }) => new Promise<string>((resolve) => path?.onData((bytes) => resolve(new TextDecoder().decode(bytes)))),
  );
  one.path?.send(new TextEncoder().encode('from one'));
  other.path?.send(new TextEncoder().encode('from other'));
  return Promise.all(heard);
}

/** Two sides that want a relay alone. */
function startRelayed(server: NatcheckServer): readonly [RunningPunch, RunningPunch] {
  const options = { room: ROOM, mode: 'relay-only' } as const;
  return [
    startPunch(server, { id: 'alice', peer: 'bob', ...options }),
    startPunch(server, { id: 'bob', peer: 'alice', ...options }),
  ];
}

describe.concurrent('a punch', () => {
  it('by a relay alone is relayed on both sides, and says so', async () => {
    await using server = await startPunchServer(RELAY);
    const [alice, bob] = startRelayed(server);
    await using one = await alice.result;
    await using other = await bob.result;
    for (const { report } of [one, other]) {
      expect(report).toMatchObject({ outcome: 'relayed', technique: 'relay', reason: null });
    }
    expect(await talk(one, other)).toEqual(['from other', 'from one']);
  });

  it('stays in the room as long as its path is relayed, as the relay is for who is there, and leaves at its end', async () => {
    await using server = await startPunchServer(RELAY);
    const options = { room: ROOM, mode: 'relay-only' } as const;
    const alice = startPunch(server, { id: 'alice', peer: 'bob', ...options });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', ...options });
    const one = await alice.result;
    await using other = await bob.result;
    expect([await one.upgraded, await other.upgraded]).toEqual([null, null]);
    await using carol = await join(server, 'carol');
    expect(carol.client.joined.peers.toSorted()).toEqual(['alice', 'bob']);
    await one[Symbol.asyncDispose]();
    expect(await carol.next('peer-left')).toMatchObject({ peer: 'alice', reason: 'left' });
  });

  it('is direct where both ways are open', async () => {
    await using server = await startPunchServer(RELAY);
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', room: ROOM });
    await using one = await alice.result;
    await using other = await bob.result;
    expect([one.report.outcome, other.report.outcome]).toEqual(['direct', 'direct']);
    expect([await one.upgraded, await other.upgraded]).toEqual([null, null]);
  });

  it('takes nothing more from the moment on that it is disposed of', async () => {
    await using server = await startPunchServer();
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', room: ROOM });
    const one = await alice.result;
    await using other = await bob.result;
    expect([one.path?.maxDatagram(), refusalOf(one.path)]).toEqual([65_507, null]);
    const end = one[Symbol.asyncDispose]();
    expect(refusalOf(one.path)).toEqual({
      code: 'path-over',
      message: 'the path is over: this side has disposed of it',
    });
    await end;
    expect([await one.path?.closed, await other.path?.closed]).toEqual([
      { reason: 'own-end', at: expect.any(Number) },
      { reason: 'peer-left', at: expect.any(Number) },
    ]);
    expect(one.path?.stats()).toMatchObject({ datagramsSent: 1, bytesSent: 1 });
  });

  it('with one side that wants a relay alone is relayed for both', async () => {
    await using server = await startPunchServer(RELAY);
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM, mode: 'relay-only' });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', room: ROOM });
    await using one = await alice.result;
    await using other = await bob.result;
    expect([one.report.outcome, other.report.outcome]).toEqual(['relayed', 'relayed']);
    expect(await talk(one, other)).toEqual(['from other', 'from one']);
  });

  it('by a relay alone, where there is none, ends with the reason', async () => {
    await using server = await startPunchServer();
    await using alice = await startPunch(server, { id: 'alice', peer: 'bob', room: ROOM, mode: 'relay-only' }).result;
    expect(alice.report).toMatchObject({ outcome: 'failed', reason: 'no-relay' });
  });

  it('says what is wrong with the credentials of a TURN server, and goes on without', async () => {
    await using server = await startPunchServer({
      relay: { allowPrivate: true, users: [{ name: 'u', password: 'right' }] },
    });
    const [udp] = server.addresses;
    const turn = [{ urls: [`turn:127.0.0.1:${udp?.port}`], username: 'u', password: 'wrong' }];
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM, turn });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', room: ROOM });
    await using one = await alice.result;
    await using other = await bob.result;
    expect([one.report.outcome, other.report.outcome]).toEqual(['direct', 'direct']);
    // The two are told at about the same time.
    expect(alice.notices.toSorted()).toEqual([
      expect.stringMatching(
        /^no relay: turn:127\.0\.0\.1:\d+: the server does not accept the user name and password: check them, and whether they have expired \[unauthorized 401\]$/,
      ),
      'not authenticated: whoever knows the room can be bob',
    ]);
  });

  it('finds that nothing comes through any more when the relay is killed', async () => {
    const server = await startPunchServer(RELAY);
    const [alice, bob] = startRelayed(server);
    await using one = await alice.result;
    await using other = await bob.result;
    await server[Symbol.asyncDispose]();
    const looked = await Promise.all([one, other].map(({ path }) => path && measureHealth(path)));
    const lost = { probes: 0, lost: 0, rttMs: null, liveness: 'lost', unanswered: expect.any(Number) };
    expect(looked).toEqual([lost, lost]);
  });

  it('that one side disposes of is closed for the other at once, and takes nothing more', async () => {
    await using server = await startPunchServer(RELAY);
    const [alice, bob] = startRelayed(server);
    await using one = await alice.result;
    await using other = await bob.result;
    const state = new Promise((resolve) => other.path?.onState(resolve));
    await one[Symbol.asyncDispose]();
    expect(await state).toBe('closed-by-peer');
    expect(refusalOf(other.path)).toEqual({
      code: 'path-over',
      message: 'the path is over: the peer has closed it',
    });
    expect(await other.path?.closed).toEqual({ reason: 'peer-left', at: expect.any(Number) });
  });

  it('takes what the relay takes, which arrives whole, and counts it on both sides', async () => {
    await using server = await startPunchServer(RELAY);
    const [alice, bob] = startRelayed(server);
    await using one = await alice.result;
    await using other = await bob.result;
    expect([one.path?.maxDatagram(), other.path?.maxDatagram()]).toEqual([65_400, 65_400]);
    expect(refusalOf(one.path, new Uint8Array(65_401))).toEqual({
      code: 'too-large',
      message: 'a datagram of 65401 bytes: this path takes 65400 at most',
    });
    const heard = new Promise<Uint8Array>((resolve) => other.path?.onData(resolve));
    const bytes = Uint8Array.from({ length: 65_400 }, (_, index) => index % 251);
    one.path?.send(bytes);
    expect(Buffer.compare(await heard, bytes)).toBe(0);
    expect(one.path?.stats()).toMatchObject({
      datagramsSent: 1,
      bytesSent: 65_400,
      sendFailures: 0,
      rttMs: expect.any(Number),
      pair: { local: { type: 'relay' }, remote: { type: 'relay', endpoint: one.report.remote } },
    });
    expect(other.path?.stats()).toMatchObject({ datagramsReceived: 1, bytesReceived: 65_400 });
  });

  it('whose relay is lost is over at once, which is no reason to wait for a direct path any longer', async () => {
    await using server = await startPunchServer();
    const relay = await startPunchServer({
      relay: { allowPrivate: true, users: [{ name: 'u', password: 'p' }] },
    });
    // Over TCP the end of the server is heard of.
    const turn = [{ urls: [`turn:127.0.0.1:${portsOf(relay).port}?transport=tcp`], username: 'u', password: 'p' }];
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM, mode: 'relay-only', turn });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', room: ROOM });
    await using one = await alice.result;
    await using other = await bob.result;
    expect([one.report.outcome, other.report.outcome]).toEqual(['relayed', 'relayed']);
    await relay[Symbol.asyncDispose]();
    expect(await one.path?.closed).toEqual({ reason: 'relay-lost', at: expect.any(Number) });
    expect([await one.upgraded, one.path?.state(), refusalOf(one.path)]).toEqual([
      null,
      'lost',
      { code: 'path-over', message: 'the path is over: the relay that it went through is lost' },
    ]);
    expect(alice.notices.at(-1)).toMatch(
      /^the relay is lost: 127\.0\.0\.1:\d+ ended the connection: check that the server is running \[(EOF|ECONNRESET)\]$/,
    );
    // It was not this one's relay.
    expect(other.path?.state()).toBe('live');
  });

  it('leaves no allocation behind', async () => {
    await using server = await startPunchServer(RELAY);
    const options = { room: ROOM, mode: 'relay-only' } as const;
    const sides = [
      startPunch(server, { id: 'alice', peer: 'bob', ...options }),
      startPunch(server, { id: 'bob', peer: 'alice', ...options }),
    ];
    for (const { result } of sides) await (await result)[Symbol.asyncDispose]();
    const metrics = await (await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).text();
    const left = [...metrics.matchAll(/^natcheck_relay_(?:allocations\{.*\}|sockets) (\d+)$/gm)].map(
      ([, count]) => count,
    );
    expect(left).toEqual(['0', '0', '0', '0']);
  });
});
