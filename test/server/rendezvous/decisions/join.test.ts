/** Who may join, under which id, and who may come back. */
import { describe, expect, it } from 'vitest';
import { createWorld, STUN } from './world.ts';

const TOKEN = 'open sesame';

describe('joining', () => {
  it('tells the others in the room, a ticket, a resume key and where the ticket goes', () => {
    const world = createWorld();
    world.peer('alice');
    world.peer('carol', { room: 'other' });
    const secret = expect.stringMatching(/^[\w-]{43}$/);
    expect(world.connect().join('bob')).toEqual([
      {
        type: 'joined',
        id: 'bob',
        room: 'room',
        peers: ['alice'],
        resumed: false,
        resumeKey: secret,
        ticket: { username: expect.stringMatching(/^[\w-]{24}$/), password: secret, expiresInMs: 120_000 },
        stun: STUN,
      },
    ]);
  });

  it('and leaving are told to the others of the room only', () => {
    const world = createWorld();
    const [alice, carol] = [world.peer('alice'), world.peer('carol', { room: 'other' })];
    const bob = world.peer('bob');
    expect(alice.take()).toEqual([{ type: 'peer-joined', peer: 'bob' }]);
    bob.say({ type: 'leave' });
    expect(bob.closed()).toEqual([1000, 'left']);
    expect(alice.take()).toEqual([{ type: 'peer-left', peer: 'bob', reason: 'left' }]);
    expect(carol.take()).toEqual([]);
    expect(world.rendezvous.population()).toEqual({ connections: 2, peers: 2, rooms: 2 });
  });

  it('needs the token where there is one, and no id in use is told without it', () => {
    const world = createWorld({ authToken: TOKEN });
    world.peer('alice', { token: TOKEN });
    for (const more of [{}, { token: 'wrong' }, { token: '' }]) {
      for (const id of ['alice', 'bob']) {
        const stranger = world.connect();
        expect(stranger.join(id, more)).toMatchObject([{ type: 'error', code: 'unauthorized', re: 'join' }]);
        expect(stranger.closed()).toEqual([1008, 'unauthorized']);
      }
    }
    expect(world.rendezvous.counts.refused.unauthorized).toBe(6);
  });

  it('under an id in use is refused, and its owner is not disturbed', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    const other = world.connect();
    expect(other.join('alice')).toEqual([
      { type: 'error', code: 'id-in-use', message: 'another peer in the room has this id', re: 'join' },
    ]);
    const forger = world.connect();
    expect(forger.join('alice', { resumeKey: 'x'.repeat(43) })).toMatchObject([{ code: 'id-in-use' }]);
    expect([other.closed(), forger.closed()]).toEqual(Array(2).fill([1008, 'id-in-use']));
    expect([alice.isOpen(), alice.take()]).toEqual([true, []]);
  });

  it('under an id whose owner has answered nothing yet is refused for a while: it may be its own, whose answer was lost', () => {
    const world = createWorld();
    const first = world.connect();
    first.join('alice');
    expect(world.connect().join('alice')).toMatchObject([{ code: 'id-in-use', retryInMs: 1_000 }]);
    first.pong();
    expect(world.connect().join('alice')).toEqual([expect.not.objectContaining({ retryInMs: expect.anything() })]);
  });

  it('with a room that is not there is refused for a while by a server that is about to end', () => {
    const world = createWorld();
    world.peer('alice');
    world.handle({ kind: 'draining' });
    expect(world.connect().join('bob')).toMatchObject([{ type: 'joined' }]);
    expect(world.connect().join('bob', { room: 'other' })).toMatchObject([{ code: 'server-full', retryInMs: 1_000 }]);
  });

  it('under the same id in another room is another peer', () => {
    const world = createWorld();
    world.peer('alice');
    expect(world.connect().join('alice', { room: 'other' })).toMatchObject([{ type: 'joined', peers: [] }]);
  });

  it.each([
    ['room-full', { peersPerRoom: 1 }, 'room'],
    ['too-many-rooms', { rooms: 1 }, 'other'],
    ['server-full', { peers: 1 }, 'room'],
  ])('is refused with %s, to be tried again later, and room is made by leaving', (code, limits, room) => {
    const world = createWorld({ limits });
    const alice = world.peer('alice');
    const bob = world.connect();
    expect(bob.join('bob', { room })).toMatchObject([{ type: 'error', code, re: 'join' }]);
    expect(bob.closed()).toEqual([1013, code]);
    alice.say({ type: 'leave' });
    expect(world.connect().join('bob', { room })).toMatchObject([{ type: 'joined' }]);
  });
});

describe('who comes back with the resume key', () => {
  it('takes the place of a connection that has not been noticed to be lost', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    const again = world.connect();
    const { resumeKey } = alice.joined;
    expect(again.join('alice', { resumeKey })).toMatchObject([{ type: 'joined', resumed: true, resumeKey }]);
    expect(alice.take()).toMatchObject([{ type: 'error', code: 'replaced' }]);
    expect(alice.closed()).toEqual([1008, 'replaced']);
    alice.lose();
    expect(world.rendezvous.population()).toEqual({ connections: 1, peers: 1, rooms: 1 });
  });

  it('has to bind again, with the new ticket', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.ask('bob');
    bob.ask('alice');
    bob.bind({ address: '192.0.2.2', port: 2 });
    alice.bind({ address: '192.0.2.1', port: 1 });
    alice.ask('bob');
    bob.ask('alice');
    expect(world.rendezvous.counts.introductions).toBe(2);
    alice.lose();
    const again = world.peer('alice', { resumeKey: alice.joined.resumeKey });
    again.ask('bob');
    bob.ask('alice');
    alice.bind({ address: '192.0.2.1', port: 1 });
    expect(world.rendezvous.counts.introductions).toBe(2);
    again.bind({ address: '203.0.113.9', port: 9 });
    expect(again.taken('introduction').own).toEqual({ address: '203.0.113.9', port: 9 });
  });

  it('after the id was given up joins as a new peer, with the key that it has', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    alice.say({ type: 'leave' });
    const { resumeKey } = alice.joined;
    const [joined] = world.connect().join('alice', { resumeKey });
    expect(joined).toMatchObject({ type: 'joined', resumed: false, resumeKey });
  });

  it('does not count as one more in a full room', () => {
    const world = createWorld({ limits: { peers: 1, peersPerRoom: 1, rooms: 1 } });
    const alice = world.peer('alice');
    alice.lose();
    const { resumeKey } = alice.joined;
    expect(world.connect().join('alice', { resumeKey })).toMatchObject([{ type: 'joined', resumed: true }]);
  });
});
