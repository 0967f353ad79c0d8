/** A punch outlives the rendezvous and its peer: a server that comes back, a peer that restarts or goes away. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { NatcheckServer } from '../../server/index.ts';
import { join, type Peer } from '../net/rendezvous/peers.ts';
import { isNotice, isStep, portsOf, startPunch, startPunchServer } from './punches.ts';

const ROOM = 'test';
/** Told before it is bound by a peer that is no more than a session of the rendezvous. */
const TOLD = {
  candidates: [],
  behavior: { mapping: 'endpoint-independent', filtering: 'endpoint-independent' },
} as const;

/** A peer that gets itself introduced to alice, and sends her nothing. */
async function introducedOnly(server: NatcheckServer, id: string): Promise<Peer> {
  const peer = await join(server, id);
  await peer.bind();
  peer.client.ask('alice', TOLD);
  await peer.next('introduction');
  return peer;
}

describe.concurrent('a punch', () => {
  it('comes back to a server that is started again while the peer is waited for', async () => {
    const first = await startPunchServer();
    const ports = portsOf(first);
    const alice = startPunch(first, { id: 'alice', peer: 'bob', room: ROOM });
    await alice.told(isStep(1));
    await first[Symbol.asyncDispose]();
    await alice.told(isNotice(/^lost the rendezvous/));
    await using second = await startPunchServer(ports);
    await alice.told(isNotice(/^reconnected to the rendezvous$/));
    const bob = startPunch(second, { id: 'bob', peer: 'alice', room: ROOM });
    for (const { result } of [alice, bob]) {
      await using punched = await result;
      expect(punched.report).toMatchObject({ outcome: 'direct', technique: 'host' });
    }
    expect(alice.notices).toEqual([
      'not authenticated: whoever knows the room can be bob',
      'lost the rendezvous (closing): reconnecting',
      'reconnected to the rendezvous',
    ]);
    expect(bob.notices).toEqual(['not authenticated: whoever knows the room can be alice']);
  });

  it('over a relay alone has another one on the server that is started again while the peer is waited for', async () => {
    const relay = { open: true, allowPrivate: true };
    const first = await startPunchServer({ relay });
    const ports = portsOf(first);
    const alone = { room: ROOM, mode: 'relay-only' } as const;
    const alice = startPunch(first, { id: 'alice', peer: 'bob', ...alone });
    await alice.told(isStep(1));
    await first[Symbol.asyncDispose]();
    await alice.told(isNotice(/^lost the rendezvous/));
    await using second = await startPunchServer({ ...ports, relay });
    const bob = startPunch(second, { id: 'bob', peer: 'alice', ...alone });
    for (const { result } of [alice, bob]) {
      await using punched = await result;
      expect(punched.report, JSON.stringify([punched.report, alice.notices])).toMatchObject({ outcome: 'relayed' });
    }
    expect(alice.notices.filter((text) => /relay/.test(text))).toEqual([
      'the relay is lost: the server does not accept the user name and password: check them, and whether they have expired [unauthorized 401]',
    ]);
  });

  it('joins a server that dies while it connects, and is started again', async () => {
    const first = await startPunchServer();
    const ports = portsOf(first);
    await first[Symbol.asyncDispose]();
    // In its place, for one connection, is a server that takes it and ends.
    const dying = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.resetAndDestroy()));
    dying.listen(ports.httpPort, '127.0.0.1');
    await once(dying, 'listening');
    const alice = startPunch(first, { id: 'alice', peer: 'bob', room: ROOM });
    await alice.told(isNotice(/^the rendezvous cannot be reached \(.* \[ECONNRESET\]\): trying again$/));
    dying.close();
    await once(dying, 'close');
    await using second = await startPunchServer(ports);
    const bob = startPunch(second, { id: 'bob', peer: 'alice', room: ROOM });
    for (const { result } of [alice, bob]) {
      await using punched = await result;
      expect(punched.report).toMatchObject({ outcome: 'direct', technique: 'host' });
    }
  });

  it('says that the server is lost when it does not come back in the time to wait', async () => {
    const server = await startPunchServer();
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM, waitMs: 1000 });
    await alice.told(isStep(1));
    await server[Symbol.asyncDispose]();
    await using punched = await alice.result;
    expect(punched).toMatchObject({
      report: { outcome: 'failed', reason: 'rendezvous-lost', detail: expect.stringMatching(/\[ECONNREFUSED\]$/) },
      path: null,
    });
  });

  it('waits for the id of the same peer in a process that died, and takes it', async () => {
    // Long enough for bob to join meanwhile, however busy the machine is.
    await using server = await startPunchServer({ limits: { resumeMs: 2_000 } });
    await using died = await join(server, 'bob');
    died.client.drop();
    await died.next('closed');
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', room: ROOM });
    for (const { result } of [alice, bob]) {
      await using punched = await result;
      expect(punched.report, JSON.stringify([punched.report, alice.notices, bob.notices])).toMatchObject({
        outcome: 'direct',
      });
    }
    expect(bob.notices).toEqual([
      expect.stringMatching(/^id-in-use: another peer in the room has this id, but is away: trying again in \d\.\d s$/),
      'not authenticated: whoever knows the room can be alice',
    ]);
  });

  it('is refused at once where the id has a living owner, and says why', async () => {
    await using server = await startPunchServer();
    await using _bob = await join(server, 'bob');
    await using punched = await startPunch(server, { id: 'bob', peer: 'alice', room: ROOM }).result;
    expect(punched.report).toMatchObject({
      outcome: 'failed',
      reason: 'rendezvous-refused',
      detail: 'id-in-use: another peer in the room has this id',
    });
  });

  it('waits again for a peer that died after the introduction, and opens the path to the next', async () => {
    await using server = await startPunchServer({ limits: { resumeMs: 100 } });
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM });
    await using died = await introducedOnly(server, 'bob');
    await alice.told(isStep(5));
    died.client.drop();
    await alice.told(isNotice(/^bob was lost before there was a path: waiting for it again$/));
    const bob = startPunch(server, { id: 'bob', peer: 'alice', room: ROOM });
    for (const { result } of [alice, bob]) {
      await using punched = await result;
      expect(punched.report, JSON.stringify([punched.report, alice.notices, bob.notices])).toMatchObject({
        outcome: 'direct',
      });
    }
  });

  it('turns at once to the peer that comes anew while the last one is still checked', async () => {
    await using server = await startPunchServer();
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM });
    const left = await introducedOnly(server, 'bob');
    await alice.told(isStep(5));
    await left[Symbol.asyncDispose]();
    const bob = startPunch(server, { id: 'bob', peer: 'alice', room: ROOM });
    for (const { result } of [alice, bob]) {
      await using punched = await result;
      expect(punched.report, JSON.stringify([punched.report, alice.notices, bob.notices])).toMatchObject({
        outcome: 'direct',
      });
      expect(punched.report.elapsedMs).toBeLessThan(9000);
    }
  });

  it('leaves the room when it is aborted at any of its waits', async () => {
    await using server = await startPunchServer();
    for (const wait of ['peer', 'path'] as const) {
      const controller = new AbortController();
      const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM, signal: controller.signal });
      await alice.told(isStep(1));
      if (wait === 'path') {
        await using _bob = await introducedOnly(server, 'bob');
        await alice.told(isStep(5));
        controller.abort(new Error('enough'));
        await expect(alice.result).rejects.toThrow('enough');
      } else {
        controller.abort(new Error('enough'));
        await expect(alice.result).rejects.toThrow('enough');
      }
      await using again = await join(server, 'alice');
      expect(again.client.joined.resumed).toBe(false);
    }
  });
});
