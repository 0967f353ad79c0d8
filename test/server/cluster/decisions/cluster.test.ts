/** Nodes of a cluster on one Redis, under a test's clock. */
import { describe, expect, it } from 'vitest';
import { start } from './sim-cluster.ts';
import { stunOf } from './sim-redis.ts';

describe('two peers on two nodes', () => {
  it('see each other in one room', () => {
    const { clock, a, b, peer } = start();
    const alice = peer('alice', { at: a });
    clock.pass(50);
    const bob = peer('bob', { at: b });
    clock.pass(50);
    expect(bob.toldOf('joined')).toMatchObject([{ peers: ['alice'], resumed: false }]);
    expect(alice.toldOf('peer-joined')).toEqual([{ type: 'peer-joined', peer: 'bob' }]);
    expect([a.cluster.population(), b.cluster.population()]).toEqual([
      { rooms: 1, guests: 1, away: 0 },
      { rooms: 0, guests: 0, away: 1 },
    ]);
  });

  it('are told of the STUN ports of the node that they are connected to', () => {
    const { clock, a, b, peer } = start();
    const [alice, bob] = [peer('alice', { at: a }), peer('bob', { at: b })];
    clock.pass(50);
    expect(alice.toldOf('joined')[0]?.stun).toEqual(stunOf(1));
    expect(bob.toldOf('joined')[0]?.stun).toEqual(stunOf(2));
  });

  it('are introduced, once, by tickets that are shown at their nodes', () => {
    const { clock, a, b, peer } = start();
    const [alice, bob] = [peer('alice', { at: a }), peer('bob', { at: b })];
    clock.pass(50);
    alice.ask('bob');
    bob.ask('alice');
    alice.bind(1);
    bob.bind(2);
    clock.pass(50);
    const [[toAlice, ...more], [toBob, ...others]] = [alice.toldOf('introduction'), bob.toldOf('introduction')];
    expect([more, others]).toEqual([[], []]);
    expect(toAlice).toMatchObject({ peer: 'bob', endpoint: { port: 2 }, own: { port: 1 }, key: toBob?.key });
    expect(toBob).toMatchObject({ peer: 'alice', endpoint: { port: 1 }, own: { port: 2 } });
    // The way of bob is two milliseconds longer each way.
    expect([toAlice?.startInMs, toBob?.startInMs]).toEqual([3, 1]);
  });

  it('pass signals, and are told when the other leaves', () => {
    const { clock, a, b, peer } = start();
    const [alice, bob] = [peer('alice', { at: a }), peer('bob', { at: b })];
    clock.pass(50);
    alice.ask('bob');
    bob.ask('alice');
    clock.pass(50);
    alice.say({ type: 'signal', peer: 'bob', data: 'over there' });
    clock.pass(50);
    expect(bob.toldOf('signal')).toEqual([{ type: 'signal', peer: 'alice', data: 'over there' }]);
    bob.say({ type: 'leave' });
    clock.pass(50);
    expect(bob.closes).toEqual([[1000, 'left']]);
    expect(alice.toldOf('peer-left')).toEqual([{ type: 'peer-left', peer: 'bob', reason: 'left' }]);
  });

  it('cannot have one id', () => {
    const { clock, a, b, peer } = start();
    peer('alice', { at: a });
    clock.pass(50);
    const other = peer('alice', { at: b });
    clock.pass(50);
    expect(other.toldOf('error')).toMatchObject([{ code: 'id-in-use' }]);
    expect(other.closes).toEqual([[1008, 'id-in-use']]);
  });

  it('are one peer that moves from node to node with its resume key', () => {
    const { clock, a, b, peer } = start();
    peer('bob', { at: a });
    const alice = peer('alice', { at: a });
    clock.pass(50);
    alice.move(b);
    clock.pass(50);
    expect(alice.toldOf('joined').map(({ resumed }) => resumed)).toEqual([false, true]);
  });

  it('who both come first are in one room all the same', () => {
    const { clock, redis, a, b, peer } = start();
    const [alice, bob] = [peer('alice', { at: a }), peer('bob', { at: b })];
    clock.pass(50);
    expect([...redis.homes().values()]).toHaveLength(1);
    expect([...alice.toldOf('peer-joined'), ...bob.toldOf('peer-joined')]).toHaveLength(1);
  });
});

describe('a client whose room is elsewhere', () => {
  it('is cut off where it is connected when it floods', () => {
    const { clock, a, b, peer } = start();
    peer('alice', { at: a });
    clock.pass(50);
    const bob = peer('bob', { at: b });
    clock.pass(50);
    for (let n = 0; n < 1_000; n++) bob.say({ type: 'ask', peer: 'alice', candidates: [], behavior: {} });
    clock.pass(50);
    expect(bob.closes).toHaveLength(1);
    expect(bob.closes[0]?.[1]).toBe('rate-limited');
  });
});

describe('a node that is about to end', () => {
  it('goes on with its rooms, and has others take new ones', () => {
    const { clock, a, b, peer } = start();
    const alice = peer('alice', { at: a });
    clock.pass(50);
    a.handle({ kind: 'draining' });
    const [bob, carol] = [peer('bob', { at: b }), peer('carol', { at: a, room: 'another' })];
    clock.pass(50);
    expect(bob.toldOf('joined')).toMatchObject([{ peers: ['alice'] }]);
    expect(alice.closes).toEqual([]);
    expect(carol.closes).toEqual([[1013, 'its room cannot be found now']]);
  });

  it('has others take a room that it had asked for before', () => {
    const { clock, redis, a, b, peer } = start();
    const alice = peer('alice', { at: a });
    a.handle({ kind: 'draining' });
    clock.pass(50);
    expect([alice.closes, alice.toldOf('error')]).toEqual([[[1013, 'its room cannot be found now']], []]);
    alice.move(b);
    clock.pass(50);
    expect([alice.isJoined(), [...redis.homes().values()]]).toEqual([true, [b.cluster.node]]);
  });

  it('lets those in who come back into a room that it has just taken over', () => {
    const { clock, a, b, peer } = start();
    const alice = peer('alice', { at: a });
    clock.pass(50);
    a.handle({ kind: 'closing' });
    clock.pass(5);
    a.kill();
    // Whoever comes first, and be it a thief who is turned away, has the node take the room over.
    peer('alice', { at: b, resumeKey: 'x'.repeat(43) });
    clock.pass(20);
    b.handle({ kind: 'draining' });
    clock.pass(500);
    expect([alice.isJoined(), alice.at() === b, alice.toldOf('error')]).toEqual([true, true, []]);
  });

  it('tells the homes of its clients’ rooms that these have gone, so that none is in the way of itself', () => {
    const { clock, a, b, peer } = start();
    peer('alice', { at: a });
    clock.pass(50);
    const bob = peer('bob', { at: b });
    clock.pass(50);
    b.handle({ kind: 'closing' });
    clock.pass(5);
    expect([bob.isJoined(), a.cluster.population().guests]).toEqual([false, 0]);
  });
});

describe('a ticket', () => {
  it('is taken by a node that had nothing to do with the one that has issued it', () => {
    const { clock, nodes, a, b, peer } = start(3);
    const [, , third = a] = nodes;
    const [alice, bob] = [peer('alice', { at: a }), peer('bob', { at: b })];
    clock.pass(50);
    alice.ask('bob');
    bob.ask('alice');
    alice.bind(1, third);
    bob.bind(2, third);
    clock.pass(50);
    expect(alice.toldOf('introduction')).toMatchObject([{ peer: 'bob', endpoint: { port: 2 }, own: { port: 1 } }]);
  });
});

describe('a room that is empty', () => {
  it('is nobody’s', () => {
    const { clock, redis, a, peer } = start();
    const alice = peer('alice', { at: a });
    clock.pass(50);
    expect([...redis.homes()]).toEqual([['room', a.cluster.node]]);
    alice.say({ type: 'leave' });
    clock.pass(50);
    expect(alice.closes).toEqual([[1000, 'left']]);
  });
});
