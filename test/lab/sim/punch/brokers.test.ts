/** Punches of peers that meet through brokers in place of a server, in the simulated lab, while the brokers do what they do. */
import { describe, expect, it } from 'vitest';
import { CLASSIC_NATS, HARD_NATS, type NatProfile, PORT_RESTRICTED, SYMMETRIC } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { runUntilDone } from '../../../../lab/sim/network/run-session.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import {
  brokersBeside,
  MAX_SKEW_MS,
  placeAt,
  punchInSim,
  runOf,
  type SimAccess,
} from '../../../../lab/sim/punch/punch.ts';
import type { SimBrokersOptions } from '../../../../lab/sim/server/brokers.ts';
import { openMessage } from '../../../../src/rendezvous/broker/seal.ts';

const TIMEOUT_MS = 60_000;
/** With 20 ms of each side's link, a round trip to a broker takes 100 ms. */
const LINK = symmetricLink({ latencyMs: 20, jitterMs: 2 });
const FAR: SimBrokersOptions = { latencyMs: 30 };
/** The most messages of one introduction, as docs/brokers.md promises. */
const MESSAGES_MAX = 20;
const SECOND = 1_000;

const accessOf = (profile: NatProfile | (typeof HARD_NATS)[number]): SimAccess =>
  'access' in profile ? profile : { kind: 'nat', layers: [profile] };
const pairsOf = (some: typeof HARD_NATS, others: typeof HARD_NATS) =>
  some.flatMap((a) => others.map((b) => ({ a, b, title: `${a.name} × ${b.name}` })));

describe('through brokers of 100 ms as through a server', { timeout: TIMEOUT_MS }, () => {
  const pairs = [...pairsOf(CLASSIC_NATS, CLASSIC_NATS), ...pairsOf(HARD_NATS, [PORT_RESTRICTED, SYMMETRIC])];

  it.each(pairs)('$title: both sides come to the same end', ({ a, b }) => {
    for (const seed of [1, 2]) {
      const sides = { a: accessOf(a), b: accessOf(b), seed, linkA: LINK, linkB: LINK };
      const [byServer, byBrokers] = [punchInSim(sides), punchInSim({ ...sides, brokers: FAR })];
      const endOf = ({ a, b }: typeof byServer) => [a, b].map(({ outcome, reason }) => [outcome, reason]);
      expect(endOf(byBrokers)).toEqual(endOf(byServer));
      expect(byBrokers.plan?.technique).toBe(byServer.plan?.technique);
      expect(byBrokers.skewMs).toBeLessThan(MAX_SKEW_MS);
    }
  });
});

/** alice waits behind a port-restricted NAT when bob comes behind another; `during` may disturb them. */
function meet(
  seed: number,
  options: SimBrokersOptions,
  during?: (stage: {
    readonly world: ReturnType<typeof createWorld>;
    readonly brokers: ReturnType<typeof brokersBeside>;
  }) => void,
) {
  const world = createWorld({ seed });
  const brokers = brokersBeside(world, options);
  const side = { rendezvous: brokers, access: accessOf(PORT_RESTRICTED), link: LINK };
  const alice = placeAt(world, { ...side, id: 'alice', number: 1 }).room.meet('bob', { waitMs: 60 * SECOND });
  world.clock.runUntil(5 * SECOND);
  const startedAt = world.clock.now();
  const before = brokers.published.length;
  during?.({ world, brokers });
  const bob = placeAt(world, { ...side, id: 'bob', number: 2 }).room.meet('alice', { waitMs: 60 * SECOND });
  runUntilDone(world, [runOf(alice), runOf(bob)]);
  const tookMs = world.clock.now() - startedAt;
  world.clock.runUntil(world.clock.now() + 30 * SECOND);
  const published = brokers.published.slice(before);
  const counts = Array.from({ length: 3 }, (_, broker) => published.filter((one) => one.broker === broker).length);
  return {
    ends: [alice, bob].map((one) => one.outcome()?.kind),
    tookMs,
    messages: Math.max(...counts),
    brokers,
    world,
  };
}

const OPEN = ['connected', 'connected'];
const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);

describe(`${SEEDS.length} introductions`, { timeout: TIMEOUT_MS }, () => {
  it.each([
    { what: 'with one of three brokers dead', options: { ...FAR, dead: [1] }, p95Ms: 1_200 },
    {
      what: 'with messages that come twice and overtake each other',
      options: { ...FAR, duplication: 0.5, jitterMs: 40 },
      p95Ms: 1_500,
    },
    { what: 'with 20 % of loss at each broker', options: { ...FAR, loss: 0.2 }, p95Ms: 1_500 },
    { what: 'with 20 % of loss and one of three dead', options: { ...FAR, loss: 0.2, dead: [0] }, p95Ms: 2_500 },
  ])('$what all lead to a direct path, in few messages and seconds', ({ options, p95Ms }) => {
    const runs = SEEDS.map((seed) => meet(seed, options));
    expect(runs.map(({ ends }) => ends)).toEqual(SEEDS.map(() => OPEN));
    expect(Math.max(...runs.map(({ messages }) => messages))).toBeLessThanOrEqual(MESSAGES_MAX);
    const times = runs.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    expect(times[Math.ceil(0.95 * times.length) - 1]).toBeLessThan(p95Ms);
  });

  it('with a broker that dies at any instant all lead to a direct path', () => {
    const runs = SEEDS.map((seed) =>
      meet(seed, FAR, ({ world, brokers }) => {
        world.clock.schedule(world.clock.now() + seed * 20, () => brokers.kill(seed % 3));
      }),
    );
    expect(runs.map(({ ends }) => ends)).toEqual(SEEDS.map(() => OPEN));
  });
});

it('while one waits all die and come back: it goes on by itself, and is met', { timeout: TIMEOUT_MS }, () => {
  const world = createWorld({ seed: 5 });
  const brokers = brokersBeside(world, FAR);
  const side = { rendezvous: brokers, access: accessOf(PORT_RESTRICTED), link: LINK };
  const alice = placeAt(world, { ...side, id: 'alice', number: 1 }).room.meet('bob', { waitMs: 300 * SECOND });
  world.clock.runUntil(5 * SECOND);
  for (const broker of [0, 1, 2]) brokers.kill(broker);
  world.clock.runUntil(20 * SECOND);
  for (const broker of [0, 1, 2]) brokers.revive(broker);
  world.clock.runUntil(60 * SECOND);
  const bob = placeAt(world, { ...side, id: 'bob', number: 2 }).room.meet('alice', { waitMs: 60 * SECOND });
  runUntilDone(world, [runOf(alice), runOf(bob)]);
  expect([alice, bob].map((one) => one.outcome()?.kind)).toEqual(OPEN);
});

describe('once two are connected', () => {
  it('nothing is said any more', () => {
    const { world, brokers } = meet(1, FAR);
    const before = brokers.published.length;
    world.clock.runUntil(world.clock.now() + 3_600 * SECOND);
    expect(brokers.published.length).toBe(before);
  });

  it('what they have said is random bytes of one length', () => {
    const { brokers } = meet(1, FAR);
    expect(new Set(brokers.published.map(({ bytes }) => bytes.length))).toEqual(new Set([2_048]));
  });
});

describe('a hostile broker', { timeout: TIMEOUT_MS }, () => {
  it('that repeats, reorders and forges 10,000 messages during the introduction gains and breaks nothing', () => {
    const old = meet(3, FAR).brokers.published.map(({ bytes }) => bytes);
    const { ends, brokers, messages } = meet(4, FAR, ({ world, brokers: under }) => {
      const random = world.random.fork('hostile');
      for (let n = 0; n < 10_000; n++) {
        world.clock.schedule(world.clock.now() + random.next() * 3_000, () => {
          const known = [...old, ...under.published.map(({ bytes }) => bytes)];
          const bytes = Uint8Array.from(random.pick(known as [Uint8Array, ...Uint8Array[]]));
          const kind = random.integer(3);
          if (kind === 1) bytes[random.integer(bytes.length)] = random.integer(256);
          under.inject(0, kind === 2 ? random.bytes(random.integer(4_096)) : bytes);
        });
      }
    });
    expect(ends).toEqual(OPEN);
    // Messages of another code are nothing to these two, so that all it can cause is answers to greetings: one a second.
    expect(messages).toBeLessThanOrEqual(MESSAGES_MAX + 4);
    expect(brokers.published.every(({ bytes }) => openMessage(brokers.key, bytes) !== null)).toBe(true);
  });

  it('all three of which are dead is told at once', () => {
    const world = createWorld({ seed: 1 });
    const brokers = brokersBeside(world, { ...FAR, dead: [0, 1, 2] });
    const side = { rendezvous: brokers, access: accessOf(PORT_RESTRICTED), link: LINK };
    const alice = placeAt(world, { ...side, id: 'alice', number: 1 }).room.meet('bob');
    runUntilDone(world, [runOf(alice)]);
    expect(alice.outcome()).toMatchObject({
      kind: 'not-introduced',
      reason: 'rendezvous-unreachable',
      detail: 'every broker is dead',
    });
  });
});
