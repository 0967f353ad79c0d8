/** Rooms that come from another node, with ids that are kept for their owners, and go to another. */
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../server/rendezvous/decisions/kept.ts';
import { TICK_MS } from '../../../../server/rendezvous/decisions/limits.ts';
import { createWorld } from './world.ts';

const KEY = 'k'.repeat(43);

function adopted() {
  const world = createWorld();
  world.handle({ kind: 'adopt', room: 'room', ids: [{ id: 'alice', digest: digestOf(KEY) }] });
  return world;
}

describe('an id that comes with its room', () => {
  it('is its owner’s, who keeps the resume key', () => {
    const world = adopted();
    expect(world.connect().join('alice', { resumeKey: KEY })).toMatchObject([
      { type: 'joined', resumed: false, resumeKey: KEY },
    ]);
  });

  it('is nobody else’s for five seconds, and then anybody’s', () => {
    const world = adopted();
    const refused = { code: 'id-in-use', retryInMs: 5_000 + TICK_MS };
    expect(world.connect().join('alice')).toMatchObject([refused]);
    expect(world.connect().join('alice', { resumeKey: 'x'.repeat(43) })).toMatchObject([refused]);
    expect(world.rendezvous.holds('room', 'alice')).toBe(true);
    world.pass(5_000);
    expect(world.rendezvous.holds('room')).toBe(false);
    expect(world.connect().join('alice')).toMatchObject([{ type: 'joined' }]);
  });

  it('is given back by a server that is about to end, though nobody is in the room yet', () => {
    const world = adopted();
    world.handle({ kind: 'draining' });
    expect(world.connect().join('alice', { resumeKey: KEY })).toMatchObject([{ type: 'joined' }]);
  });

  it('does not say that it is there to who has no token', () => {
    const world = createWorld({ authToken: 'secret' });
    world.handle({ kind: 'adopt', room: 'room', ids: [{ id: 'alice', digest: digestOf(KEY) }] });
    expect(world.connect().join('alice')).toMatchObject([{ code: 'unauthorized' }]);
  });
});

describe('a room that goes to another node', () => {
  it('is left by all, who are to come back, and nothing of it stays', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    const other = world.peer('carol', { room: 'other' });
    world.handle({ kind: 'evict', room: 'room' });
    expect([alice.closed(), bob.closed()]).toEqual(Array(2).fill([1013, 'the room has moved']));
    expect(other.isOpen()).toBe(true);
    expect(world.rendezvous.population()).toEqual({ connections: 1, peers: 1, rooms: 1 });
  });
});
