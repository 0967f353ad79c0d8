/** What those who share an address may have of the rendezvous together. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../../server/rendezvous/decisions/limits.ts';
import { createWorld } from './world.ts';

const [A, B] = ['192.0.2.1', '192.0.2.2'];
const SMALL = { limits: { peersPerSource: 2 } };
/** Between two tokens of a bucket of twice the peers, which a minute fills. */
const INTERVAL_MS = 60_000 / (2 * SMALL.limits.peersPerSource);

describe('by default', () => {
  it('one source has less than a twentieth of the peers and of the rooms', () => {
    const { peers, rooms, peersPerSource } = DEFAULT_LIMITS;
    expect(peersPerSource).toBe(512);
    expect(peersPerSource).toBeLessThan(Math.min(peers, rooms) / 20);
  });

  it('one source that joins 12,000 rooms gets 512, and all others go on', () => {
    const world = createWorld();
    let refused = 0;
    for (let n = 0; n < 12_000; n++) {
      const stranger = world.connect(A);
      if (stranger.join('x', { room: `room-${n}` })[0]?.type === 'error') refused++;
    }
    expect(refused).toBe(12_000 - 512);
    expect(world.rendezvous.population()).toEqual({ connections: 512, peers: 512, rooms: 512 });
    expect(world.connect(B).join('y')).toMatchObject([{ type: 'joined' }]);
  });
});

describe('the peers of one source', () => {
  it('are so many, and the next is told so and closed with 1013, while another source has its own', () => {
    const world = createWorld(SMALL);
    const [alice] = [world.peer('alice', { source: A }), world.peer('bob', { source: A })];
    const carol = world.connect(A);
    expect(carol.join('carol')).toMatchObject([{ type: 'error', code: 'source-full', re: 'join' }]);
    expect(carol.closed()).toEqual([1013, 'source-full']);
    expect(world.connect(B).join('carol')).toMatchObject([{ type: 'joined' }]);
    alice.say({ type: 'leave' });
    expect(world.connect(A).join('dave')).toMatchObject([{ type: 'joined' }]);
    expect(world.rendezvous.counts.refused['source-full']).toBe(1);
  });

  it('count while they are kept for their owners, who may come back', () => {
    const world = createWorld(SMALL);
    const [alice, bob] = [world.peer('alice', { source: A }), world.peer('bob', { source: A })];
    alice.lose();
    bob.lose();
    expect(world.connect(A).join('carol')).toMatchObject([{ code: 'source-full' }]);
    const { resumeKey } = bob.joined;
    expect(world.connect(A).join('bob', { resumeKey })).toMatchObject([{ type: 'joined', resumed: true }]);
    world.pass(INTERVAL_MS);
    expect(world.connect(A).join('carol')).toMatchObject([{ type: 'joined' }]);
  });

  it('count where they joined first, also when they have come back from elsewhere', () => {
    const world = createWorld(SMALL);
    const [alice] = [world.peer('alice', { source: A }), world.peer('bob', { source: A })];
    const { resumeKey } = alice.joined;
    expect(world.connect(B).join('alice', { resumeKey })).toMatchObject([{ type: 'joined', resumed: true }]);
    expect(world.connect(A).join('carol')).toMatchObject([{ code: 'source-full' }]);
    world.peer('dave', { source: B });
    expect(world.connect(B).join('erin')).toMatchObject([{ type: 'joined' }]);
  });
});

describe('the rooms of one source', () => {
  it('are those that it has opened and that are still there, whoever is in them', () => {
    const world = createWorld(SMALL);
    const openers = ['one', 'two'].map((room) => world.peer('opener', { source: A, room }));
    const guest = world.peer('guest', { source: B, room: 'one' });
    for (const opener of openers) opener.say({ type: 'leave' });
    world.peer('opener', { source: A, room: 'three' });
    world.pass(INTERVAL_MS);
    const stranger = world.connect(A);
    expect(stranger.join('x', { room: 'four' })).toMatchObject([{ code: 'source-full' }]);
    world.pass(INTERVAL_MS);
    expect(world.connect(A).join('x', { room: 'one' })).toMatchObject([{ type: 'joined' }]);
    guest.say({ type: 'leave' });
  });
});

describe('the joins and tickets of one source', () => {
  it('are twice its peers at once, and as many again in a minute: beyond it is told when to come again', () => {
    const world = createWorld(SMALL);
    const comeAndGo = (): void => {
      world.peer('alice', { source: A }).say({ type: 'leave' });
    };
    for (let n = 0; n < 4; n++) comeAndGo();
    const early = world.connect(A);
    expect(early.join('alice')).toMatchObject([{ code: 'source-busy', re: 'join', retryInMs: INTERVAL_MS }]);
    expect(early.closed()).toEqual([1013, 'source-busy']);
    world.wait(INTERVAL_MS - 1);
    expect(world.connect(A).join('alice')).toMatchObject([{ code: 'source-busy', retryInMs: 1 }]);
    expect(world.connect(B).join('bob')).toMatchObject([{ type: 'joined' }]);
    world.wait(1);
    comeAndGo();
  });

  it('are counted together, and a ticket too many leaves the connection as it is', () => {
    const world = createWorld(SMALL);
    const alice = world.peer('alice', { source: A });
    const ticket = { type: 'ticket' };
    for (let n = 0; n < 3; n++) expect(alice.say(ticket)).toMatchObject([{ type: 'ticket' }]);
    expect(alice.say(ticket)).toMatchObject([{ type: 'error', code: 'source-busy', re: 'ticket' }]);
    expect(alice.isOpen()).toBe(true);
    world.pass(INTERVAL_MS);
    expect(alice.say(ticket)).toMatchObject([{ type: 'ticket' }]);
  });

  it('are counted of who guesses at the token too, before anything is told', () => {
    const world = createWorld({ ...SMALL, authToken: 'secret' });
    const codes = Array.from({ length: 5 }, (_, n) => world.connect(A).join('mallory', { token: `guess-${n}` })[0]);
    expect(codes).toMatchObject([
      ...Array(4).fill({ code: 'unauthorized' }),
      { code: 'source-busy', retryInMs: INTERVAL_MS },
    ]);
  });
});

describe('a source', () => {
  it('is forgotten when it has nothing open and may ask for as much as a new one', () => {
    const world = createWorld(SMALL);
    const { sources } = world.rendezvous;
    const [alice, bob] = [world.peer('alice', { source: A }), world.peer('bob', { source: B, room: 'other' })];
    world.connect('192.0.2.3').lose();
    world.pass(0);
    expect(sources()).toBe(2);
    alice.say({ type: 'leave' });
    world.pass(INTERVAL_MS - 1);
    expect(sources()).toBe(2);
    world.pass(1);
    expect(sources()).toBe(1);
    bob.lose();
    world.pass(4_999);
    expect(sources()).toBe(1);
    world.pass(1);
    expect(sources()).toBe(0);
  });
});
