/** Which relay of which node peers are offered, and who may use it, under a test's clock. */
import { describe, expect, it } from 'vitest';
import type { ServerMessageOf } from '../../../../src/rendezvous/protocol/server-message.ts';
import { start } from './sim-cluster.ts';
import type { SimPeer } from './sim-peer.ts';
import type { SimNode } from './sim-redis.ts';

/** Nodes whose relays have as much to do as is said, null for none; told of by a beat of each and the next. */
function startWith(loads: readonly (number | null)[], regions: readonly string[] = []) {
  const cluster = start(loads.length, regions);
  const load = (...all: readonly (number | null)[]): void => {
    for (const [index, node] of cluster.nodes.entries()) node.load = all[index] ?? null;
    cluster.clock.pass(650);
  };
  load(...loads);
  const at = (index: number): SimNode => cluster.nodes[index] as SimNode;
  return { ...cluster, load, at };
}

const relaysOf = (peer: SimPeer): readonly (string | undefined)[] =>
  peer.toldOf('joined').map(({ turn }) => turn?.[0]?.urls[0]);
const userOf = (peer: SimPeer): string => peer.toldOf('joined')[0]?.turn?.[0]?.username ?? '';
const pushedTo = (peer: SimPeer): readonly ServerMessageOf<'turn'>[] => peer.toldOf('turn');
const [RELAY_1, RELAY_2, RELAY_3] = ['turn:00000001', 'turn:00000002', 'turn:00000003'];

describe('two peers on two nodes', () => {
  it('are offered one relay, of a third node, which knows both for as long as they are in the room', () => {
    const { clock, at, peer } = startWith([null, null, 0.5]);
    const [alice, bob] = [peer('alice', { at: at(0) }), peer('bob', { at: at(1) })];
    clock.pass(50);
    expect([relaysOf(alice), relaysOf(bob)]).toEqual([[RELAY_3], [RELAY_3]]);
    expect(at(2).turnUsers).toEqual(new Set([userOf(alice), userOf(bob)]));
    bob.say({ type: 'leave' });
    clock.pass(50);
    expect([at(0), at(1), at(2)].map(({ turnUsers }) => turnUsers)).toEqual([
      new Set(),
      new Set(),
      new Set([userOf(alice)]),
    ]);
  });

  it('are offered the relay that has less to do', () => {
    const { clock, at, peer, load } = startWith([0.8, 0.2]);
    const alice = peer('alice', { at: at(0) });
    clock.pass(50);
    load(0.1, 0.2);
    const [bob, carol] = [peer('bob', { at: at(1) }), peer('carol', { at: at(1), room: 'another' })];
    clock.pass(50);
    expect([relaysOf(alice), relaysOf(bob), relaysOf(carol)]).toEqual([[RELAY_2], [RELAY_2], [RELAY_1]]);
  });

  it('are offered one of the region of the node that the first is connected to, wherever the home is', () => {
    const { clock, at, peer } = startWith([0.1, 0.9], ['eu', 'us']);
    const [alice, bob] = [peer('alice', { at: at(1) }), peer('bob', { at: at(0), room: 'another' })];
    clock.pass(50);
    expect([relaysOf(alice), relaysOf(bob)]).toEqual([[RELAY_2], [RELAY_1]]);
  });
});

describe('a node that drains', () => {
  it('is handed out no more from that moment on, on no node, and the rooms that have its relay get another', () => {
    const { clock, at, peer } = startWith([null, 0.1, 0.9]);
    const alice = peer('alice', { at: at(0) });
    clock.pass(50);
    expect(relaysOf(alice)).toEqual([RELAY_2]);
    at(1).handle({ kind: 'draining' });
    // To Redis, from there to the others, and there and back for what all offer: a beat may be 300 ms away.
    clock.pass(4);
    expect(pushedTo(alice)).toMatchObject([{ turn: [{ urls: [RELAY_3] }] }]);
    const [bob, carol] = [peer('bob', { at: at(0) }), peer('carol', { at: at(2), room: 'another' })];
    clock.pass(3_000);
    expect([relaysOf(bob), relaysOf(carol)]).toEqual([[RELAY_3], [RELAY_3]]);
    // What was made there goes on.
    expect(at(1).turnUsers).toEqual(new Set([userOf(alice)]));
    expect(at(2).turnUsers).toEqual(new Set([userOf(alice), userOf(bob)]));
  });
});

describe('a node that is gone', () => {
  it('is handed out no more after 1.2 s', () => {
    const { clock, at, peer } = startWith([null, 0.1]);
    at(1).kill();
    clock.pass(1_199);
    const rooms = ['a', 'b'].map((room) => () => peer('alice', { at: at(0), room }));
    clock.pass(1);
    const alice = rooms[0]?.() as SimPeer;
    clock.pass(50);
    expect(relaysOf(alice)).toEqual([undefined]);
  });

  it('is replaced by another for the rooms that have its relay', () => {
    const { clock, at, peer } = startWith([null, 0.1, 0.9]);
    const alice = peer('alice', { at: at(0) });
    clock.pass(50);
    at(1).kill();
    clock.pass(1_600);
    expect(pushedTo(alice)).toMatchObject([{ turn: [{ urls: [RELAY_3] }] }]);
  });
});

describe('a room whose home is gone', () => {
  it('keeps its relay, which another node has, with all who have allocations there', () => {
    const { clock, at, peer, load } = startWith([null, null, 0.1, null]);
    const alice = peer('alice', { at: at(0) });
    clock.pass(50);
    load(0, 0, 0.9, 0);
    at(0).kill();
    clock.pass(3_000);
    expect(at(1).rendezvous.holds('room')).toBe(true);
    expect(relaysOf(alice)).toEqual([RELAY_3, RELAY_3]);
    expect(at(2).turnUsers).toEqual(new Set([userOf(alice)]));
  });
});

describe('the users of a relay', () => {
  it('are forgotten when their home is gone, and are the same users at the next one', () => {
    const { clock, at, peer } = startWith([null, 0.5]);
    const alice = peer('alice', { at: at(0) });
    clock.pass(50);
    const user = userOf(alice);
    expect(at(1).turnUsers).toEqual(new Set([user]));
    at(0).kill();
    clock.pass(3_000);
    expect(at(1).turnUsers).toEqual(new Set());
    expect(at(1).rendezvous.hasTurnUser(user)).toBe(true);
  });

  it('are known again by the next home, where the relay is that of another node', () => {
    const { clock, at, peer } = startWith([null, null, 0.5]);
    const alice = peer('alice', { at: at(0) });
    clock.pass(50);
    const user = userOf(alice);
    at(0).kill();
    clock.pass(3_000);
    expect(at(1).rendezvous.hasTurnUser(user)).toBe(true);
    expect(at(2).turnUsers).toEqual(new Set([user]));
  });

  it.each([
    ['something that the home says is lost', 0],
    ['its connection to Redis ends for a moment', 100],
    ['it is taken for gone for a while', 3_000],
  ])('are known again where %s', (_, cutMs) => {
    const { clock, at, peer } = startWith([null, 0.5]);
    const alice = peer('alice', { at: at(0) });
    clock.pass(50);
    if (cutMs > 0) at(1).cut(cutMs);
    else at(1).lose();
    const bob = peer('bob', { at: at(0) });
    clock.pass(50);
    const carol = peer('carol', { at: at(0) });
    clock.pass(cutMs + 4_000);
    const users = new Set([alice, bob, carol].map(userOf));
    users.delete('');
    for (const one of [alice, bob, carol]) for (const { turn } of pushedTo(one)) users.add(turn[0]?.username ?? '');
    expect(at(1).turnUsers).toEqual(users);
  });
});

it('are known again when Redis has lost all, whoever says first that he is there', () => {
  for (let afterMs = 0; afterMs < 300; afterMs += 20) {
    const { clock, redis, at, peer } = startWith([null, 0.5]);
    // Their beats are not at one time any more.
    at(0).cut(110);
    clock.pass(1_000 + afterMs);
    const alice = peer('alice', { at: at(0) });
    clock.pass(50);
    expect(at(1).turnUsers).toEqual(new Set([userOf(alice)]));
    redis.lose();
    clock.pass(1_000);
    expect(at(1).turnUsers).toEqual(new Set([userOf(alice)]));
  }
});

describe('what a node offers', () => {
  it('is dropped and counted where it is nothing that a node says', () => {
    const { clock, redis, at, peer } = startWith([null, null]);
    const offers = ['{}', 'x', JSON.stringify({ urls: ['http://x'], region: null, load: 0 }), `"${'x'.repeat(7_000)}"`];
    for (const [index, offer] of offers.entries()) {
      redis.run(`0000010${index}`, { kind: 'beat', watch: [], offer, isNews: false });
    }
    clock.pass(350);
    const alice = peer('alice', { at: at(0) });
    clock.pass(50);
    expect(relaysOf(alice)).toEqual([undefined]);
    expect(at(0).cluster.counts.badOffers).toBeGreaterThanOrEqual(offers.length);
  });
});
