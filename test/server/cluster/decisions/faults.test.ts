/**
 * Whatever happens to nodes and Redis: no room has two homes, nobody is introduced twice, every relay that a peer was offered
 * knows it, and all goes on by itself.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFront, type SimPeer } from './sim-peer.ts';
import { createClock, createRedis, startNode } from './sim-redis.ts';

const NODES = 3;
const ROOMS = ['one', 'two'] as const;
const IDS = ['alice', 'bob', 'carol'] as const;
const FAULT = fc.record({
  kind: fc.constantFrom('kill', 'cut', 'stop', 'lose-data', 'lose-message', 'move', 'restart-redis', 'thief'),
  at: fc.nat(NODES - 1),
  who: fc.nat(ROOMS.length * IDS.length - 1),
  forMs: fc.constantFrom(1, 100, 900, 1_300, 5_000),
  afterMs: fc.constantFrom(0, 10, 200, 1_000, 3_000),
});
type Fault = typeof FAULT extends fc.Arbitrary<infer T> ? T : never;

/** Runs these faults one after the other over peers who all want each other. */
function run(faults: readonly Fault[], delays: readonly number[]) {
  const clock = createClock();
  const redis = createRedis(clock);
  let number = 0;
  let turn = 0;
  const delayMs = (): number => delays[turn++ % delays.length] ?? 1;
  const limits = { peersPerSource: 10_000 };
  const nodes = Array.from({ length: NODES }, () => startNode({ clock, redis, node: ++number, delayMs, limits }));
  for (const node of nodes) node.load = 0.5;
  clock.pass(2_500);
  const { peer } = createFront(clock, nodes);
  const peers = ROOMS.flatMap((room, r) =>
    IDS.map((id, index) => ({
      room,
      it: peer(id, { room, at: nodes[(r + index) % NODES] as (typeof nodes)[number] }),
    })),
  );
  const others = ({ room, it }: (typeof peers)[number]): readonly SimPeer[] =>
    peers.filter((one) => one.room === room && one.it !== it).map((one) => one.it);
  for (const one of peers) for (const other of others(one)) one.it.ask(other.id);
  const rebind = (): void => {
    for (const [index, { it: one }] of peers.entries()) if (one.isJoined()) one.bind(index + 1);
  };
  const homesOf = (room: string): number =>
    nodes.filter((node) => node.isAlive() && !node.isStopped() && node.rendezvous.holds(room)).length;
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.pass(50);
      rebind();
      for (const room of ROOMS) expect(homesOf(room)).toBeLessThanOrEqual(1);
    }
  };
  pass(500);
  for (const { kind, at, who, forMs, afterMs } of faults) {
    const node = nodes[at] as (typeof nodes)[number];
    const subject = peers[who] as (typeof peers)[number];
    if (kind === 'kill' && nodes.filter((one) => one.isAlive()).length > 1) node.kill();
    else if (kind === 'cut' && node.isAlive()) node.cut(forMs);
    else if (kind === 'stop' && node.isAlive()) node.stop(forMs);
    else if (kind === 'lose-data') redis.lose();
    else if (kind === 'lose-message') node.lose();
    else if (kind === 'move' && node.isAlive()) subject.it.move(node);
    else if (kind === 'restart-redis') {
      redis.lose();
      for (const one of nodes) if (one.isAlive()) one.cut(forMs);
    } else if (kind === 'thief' && node.isAlive())
      peer(subject.it.id, { room: subject.room, at: node, resumeKey: 'x'.repeat(43) });
    pass(afterMs);
  }
  return { nodes, peers, others, pass };
}

const delays = fc.array(fc.constantFrom(0, 1, 5, 40), { minLength: 1, maxLength: 5 });

it('no room has two homes, and nobody is introduced more often than he has asked', () => {
  fc.assert(
    fc.property(fc.array(FAULT, { maxLength: 6 }), delays, (faults, waits) => {
      const { peers, others, pass } = run(faults, waits);
      pass(3_000);
      for (const one of peers) {
        const introductions = one.it.toldOf('introduction');
        for (const { id } of others(one)) {
          const asked = one.it.toldOf('asked').filter(({ peer }) => peer === id).length;
          const told = introductions.filter(({ peer }) => peer === id);
          expect(told.length).toBeLessThanOrEqual(asked);
        }
        expect(new Set(introductions.map(({ key }) => key)).size).toBe(introductions.length);
      }
    }),
    { numRuns: 30 },
  );
});

it('in the end everybody who was not robbed is there, and has been introduced to everybody', () => {
  fc.assert(
    fc.property(
      fc.array(
        FAULT.filter(({ kind }) => kind !== 'thief'),
        { maxLength: 6 },
      ),
      delays,
      (faults, waits) => {
        const { peers, others, pass } = run(faults, waits);
        pass(12_000);
        expect(peers.filter(({ it: one }) => !one.isJoined()).map(({ it: one }) => one.id)).toEqual([]);
        for (const one of peers) {
          const met = new Set(one.it.toldOf('introduction').map(({ peer }) => peer));
          expect(
            others(one)
              .filter(({ id }) => !met.has(id))
              .map(({ id }) => id),
          ).toEqual([]);
        }
      },
    ),
    { numRuns: 30 },
  );
});

it('in the end everybody has been offered a relay of a node that is there, and is known there', () => {
  fc.assert(
    fc.property(
      fc.array(
        FAULT.filter(({ kind }) => kind !== 'thief'),
        { maxLength: 6 },
      ),
      delays,
      (faults, waits) => {
        const { nodes, peers, pass } = run(faults, waits);
        pass(12_000);
        for (const { room, it: one } of peers) {
          const told = one.told.filter((message) => message.type === 'joined' || message.type === 'turn').at(-1);
          const { urls = [], username = '' } = told?.turn?.[0] ?? {};
          const relay = nodes.find(({ cluster, isAlive }) => isAlive() && urls[0] === `turn:${cluster.node}`);
          const home = nodes.find((node) => node.isAlive() && node.rendezvous.holds(room));
          const isKnown = relay === home ? home?.rendezvous.hasTurnUser(username) : relay?.turnUsers.has(username);
          expect([one.id, relay?.cluster.node, isKnown]).toEqual([one.id, expect.any(String), true]);
        }
      },
    ),
    { numRuns: 30 },
  );
});
