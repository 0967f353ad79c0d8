/** What a cluster does when a node or Redis is lost, under a test's clock. */
import { describe, expect, it } from 'vitest';
import { start } from './sim-cluster.ts';

describe('a node that is killed', () => {
  it('is followed by another as the home of its rooms within two seconds, and ids stay their owners’', () => {
    const { clock, a, b, peer } = start();
    const [alice, bob] = [peer('alice', { at: a }), peer('bob', { at: b })];
    clock.pass(10_000);
    const killedAt = clock.now();
    a.kill();
    clock.pass(200);
    const thief = peer('alice', { at: b, resumeKey: 'k'.repeat(43) });
    clock.pass(4_000);
    expect(Math.max(alice.joinedAt(), bob.joinedAt()) - killedAt).toBeLessThan(2_000);
    expect([alice.at(), bob.at()]).toEqual([b, b]);
    expect(thief.toldOf('joined')).toEqual([]);
    expect(thief.toldOf('error')[0]).toMatchObject({ code: 'id-in-use' });
    const keys = alice.toldOf('joined').map(({ resumeKey }) => resumeKey);
    expect(keys).toEqual([keys[0], keys[0]]);
  });
});

describe('a join that the home of a room does not answer', () => {
  it('is answered by the next home, on the same connection', () => {
    const { clock, a, b, peer } = start();
    peer('alice', { at: a });
    clock.pass(10_000);
    a.kill();
    const bob = peer('bob', { at: b });
    clock.pass(500);
    // Alice has come there as well.
    expect([bob.toldOf('joined'), b.cluster.population().away]).toEqual([[], 2]);
    clock.pass(1_200);
    expect([bob.isJoined(), bob.closes]).toEqual([true, []]);
  });
});

describe('a join that is lost on its way to the home of its room', () => {
  it('is closed a while later, so that it is tried again', () => {
    const { clock, a, b, peer } = start();
    peer('alice', { at: a });
    clock.pass(50);
    a.lose();
    const bob = peer('bob', { at: b });
    clock.pass(2_300);
    expect([bob.isJoined(), bob.closes]).toEqual([false, []]);
    clock.pass(1_000);
    expect(bob.closes[0]).toEqual([1013, 'its room does not answer']);
    expect(bob.isJoined()).toBe(true);
  });
});

describe('a node that ends', () => {
  it('leaves its rooms to others at once, with the ids in them', () => {
    const { clock, a, b, peer } = start();
    const [alice, bob] = [peer('alice', { at: a }), peer('bob', { at: b })];
    clock.pass(10_000);
    a.handle({ kind: 'closing' });
    clock.pass(50);
    a.kill();
    clock.pass(500);
    expect(alice.toldOf('closing')).toHaveLength(1);
    expect([alice.at(), bob.at(), alice.isJoined(), bob.isJoined()]).toEqual([b, b, true, true]);
  });
});

describe('without Redis', () => {
  it('a node gives up its rooms before another can have them, and takes nobody', () => {
    const { clock, a, b, peer } = start();
    const alice = peer('alice', { at: a });
    clock.pass(10_000);
    a.cut(5_000);
    clock.pass(650);
    expect(alice.closes).toEqual([]);
    clock.pass(400);
    expect(alice.closes[0]).toEqual([1013, 'the room has moved']);
    clock.pass(1_000);
    expect(alice.at()).toBe(b);
    expect(alice.isJoined()).toBe(true);
  });

  it('everybody is cut off, and all goes on by itself when it is back', () => {
    const { clock, redis, a, b, peer } = start();
    const [alice, bob] = [peer('alice', { at: a }), peer('bob', { at: b })];
    clock.pass(10_000);
    redis.lose();
    a.cut(10_000);
    b.cut(10_000);
    clock.pass(5_000);
    expect([alice.isJoined(), bob.isJoined()]).toEqual([false, false]);
    clock.pass(5_000 + 2_500);
    expect([alice.isJoined(), bob.isJoined()]).toEqual([true, true]);
    expect(alice.toldOf('joined').at(-1)?.resumeKey).toBe(alice.toldOf('joined')[0]?.resumeKey);
  });

  it('for less than a second, clients of the home notice nothing', () => {
    const { clock, a, peer } = start();
    const alice = peer('alice', { at: a });
    clock.pass(10_000);
    a.cut(500);
    clock.pass(2_000);
    expect([alice.closes, alice.isJoined()]).toEqual([[], true]);
  });
});

describe('a Redis that has lost its data', () => {
  it('is told again whose rooms are whose, before anybody else gets one', () => {
    const { clock, redis, a, b, peer } = start();
    const alice = peer('alice', { at: a });
    clock.pass(10_000);
    redis.lose();
    const thief = peer('alice', { at: b });
    clock.pass(3_000);
    expect([...redis.homes().values()]).toEqual([a.cluster.node]);
    expect([alice.closes, thief.toldOf('joined')]).toEqual([[], []]);
  });
});

describe('a node that was stopped for longer than its lease', () => {
  it('gives up its rooms before it does anything else', () => {
    const { clock, a, b, peer } = start();
    const [alice, bob] = [peer('alice', { at: a }), peer('bob', { at: b })];
    clock.pass(10_000);
    a.stop(3_000);
    clock.pass(2_900);
    expect([bob.isJoined(), bob.at()]).toEqual([true, b]);
    bob.ask('alice');
    alice.ask('bob');
    clock.pass(500);
    expect(alice.closes).toEqual([[1013, 'the room has moved']]);
    // The one that she has asked again at the next home.
    expect(alice.toldOf('asked')).toHaveLength(1);
    expect([alice.isJoined(), bob.isJoined()]).toEqual([true, true]);
  });
});
