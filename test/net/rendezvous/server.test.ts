/** The whole rendezvous on loopback: the real client, the real server, real sockets. */
import { describe, expect, it } from 'vitest';
import { joinRendezvous } from '../../../src/net/rendezvous/join.ts';
import { join, pairUp, ROOM, startTestServer, TOLD, urlOf } from './peers.ts';

describe('two peers that ask for each other', () => {
  it('are introduced with the endpoints that their tickets came from', async () => {
    await using server = await startTestServer();
    await using alice = await join(server, 'alice');
    await using bob = await join(server, 'bob');
    expect(bob.client.joined.peers).toEqual(['alice']);
    expect(await alice.next('peer-joined')).toEqual({ type: 'peer-joined', peer: 'bob' });

    alice.client.ask('bob', TOLD);
    expect(await bob.next('wanted')).toEqual({ type: 'wanted', peer: 'alice' });
    bob.client.ask('alice', { ...TOLD, candidates: [] });
    expect(await alice.next('paired')).toEqual({ type: 'paired', peer: 'bob', role: 'controlling' });
    expect(await bob.next('paired')).toEqual({ type: 'paired', peer: 'alice', role: 'controlled' });

    expect(await alice.bind()).toMatchObject({ outcome: 'bound', public: alice.socket.local });
    expect(await alice.next('bound')).toEqual({ type: 'bound', endpoint: alice.socket.local });
    expect(await bob.bind()).toMatchObject({ outcome: 'bound', public: bob.socket.local });

    const [toAlice, toBob] = await Promise.all([alice.next('introduction'), bob.next('introduction')]);
    expect(toAlice).toEqual({
      type: 'introduction',
      peer: 'bob',
      endpoint: bob.socket.local,
      candidates: [],
      behavior: TOLD.behavior,
      own: alice.socket.local,
      role: 'controlling',
      key: toBob.key,
      startInMs: expect.any(Number),
    });
    expect(toBob).toMatchObject({
      peer: 'alice',
      endpoint: alice.socket.local,
      candidates: TOLD.candidates,
      own: bob.socket.local,
      role: 'controlled',
    });
  });

  it('exchange signals of any text', async () => {
    await using server = await startTestServer();
    await using alice = await join(server, 'alice');
    await using bob = await join(server, 'bob');
    await pairUp(alice, bob);
    const data = JSON.stringify({ type: 'offer', sdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n', note: '“ü”\0' });
    alice.client.signal('bob', data);
    expect(await bob.next('signal')).toEqual({ type: 'signal', peer: 'alice', data });
  });
});

describe('a peer', () => {
  it('is told that another one left', async () => {
    await using server = await startTestServer();
    await using alice = await join(server, 'alice');
    const bob = await join(server, 'bob');
    await bob[Symbol.asyncDispose]();
    expect(await bob.next('closed')).toEqual({ type: 'closed', code: 1000, reason: 'left', canResume: false });
    expect(await alice.next('peer-left')).toEqual({ type: 'peer-left', peer: 'bob', reason: 'left' });
  });

  it('comes back after a lost connection, with its resume key and without it not', async () => {
    await using server = await startTestServer();
    await using alice = await join(server, 'alice');
    await using bob = await join(server, 'bob');
    await pairUp(alice, bob);
    alice.client.drop();
    expect(await alice.next('closed')).toEqual({
      type: 'closed',
      code: 1006,
      reason: expect.stringMatching(/\[WebSocket 1006\]$/),
      canResume: true,
    });

    const stranger = { url: urlOf(server), room: ROOM, id: 'alice' };
    expect(await joinRendezvous(stranger)).toMatchObject({ outcome: 'refused', code: 'id-in-use' });
    const { resumeKey } = alice.client.joined;
    await using again = await join(server, 'alice', { resumeKey });
    expect(again.client.joined).toMatchObject({ resumed: true, resumeKey, peers: ['bob'] });
    expect(again.client.joined.ticket.username).not.toBe(alice.client.joined.ticket.username);
    expect(await again.next('paired')).toMatchObject({ peer: 'bob' });
    again.client.signal('bob', 'back');
    expect(await bob.next('signal')).toMatchObject({ data: 'back' });
  });

  it('whose ticket is a forgery is told 401, and not bound', async () => {
    await using server = await startTestServer();
    await using alice = await join(server, 'alice');
    await using bob = await join(server, 'bob');
    const { username } = alice.client.joined.ticket;
    const { password } = bob.client.joined.ticket;
    expect(await bob.bind({ username, password })).toEqual({ outcome: 'refused', code: 401 });
    expect(await alice.bind()).toMatchObject({ outcome: 'bound' });
    expect(await alice.next('bound')).toEqual({ type: 'bound', endpoint: alice.socket.local });
  });

  it('gets a new ticket, and the last one, which is answered as before, binds nothing', async () => {
    await using server = await startTestServer();
    await using alice = await join(server, 'alice');
    await using bob = await join(server, 'bob');
    alice.client.renewTicket();
    const { ticket } = await alice.next('ticket');
    expect(await bob.bind(alice.client.joined.ticket)).toMatchObject({ outcome: 'bound', public: bob.socket.local });
    expect(await alice.bind(ticket)).toMatchObject({ outcome: 'bound' });
    expect(await alice.next('bound')).toEqual({ type: 'bound', endpoint: alice.socket.local });
  });
});
