/** Every message with every field missing, of the wrong type, too long; and every message out of order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientMessage } from '../../../../src/rendezvous/protocol/client-message.ts';
import { BEHAVIOR, CANDIDATE, createWorld } from './world.ts';

type Message = Readonly<Record<string, unknown>>;

const GOOD: Readonly<Record<string, Message>> = {
  join: { type: 'join', version: 1, room: 'room', id: 'alice', token: 'token', resumeKey: 'k'.repeat(43) },
  ticket: { type: 'ticket' },
  ask: { type: 'ask', peer: 'bob', candidates: [CANDIDATE], behavior: BEHAVIOR },
  withdraw: { type: 'withdraw', peer: 'bob' },
  signal: { type: 'signal', peer: 'bob', data: 'data' },
  leave: { type: 'leave' },
};
const OPTIONAL = ['token', 'resumeKey'];

const WRONG_ANYWHERE: readonly unknown[] = [null, 7, -0.5, true, [], {}, '', [null], { toString: 1 }];
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  id: ['x'.repeat(65), 'a b', 'é', '\0', '../x\n'],
  room: ['x'.repeat(65), 'a/b'],
  peer: ['x'.repeat(65), 'a b'],
  version: [2, '1', 1.5],
  token: ['x'.repeat(257)],
  resumeKey: ['short', 'x'.repeat(129), '='.repeat(43)],
  candidates: [Array(33).fill(CANDIDATE), ['x'.repeat(513)], ['a\r\nb'], ['ü'], [7], { length: 1 }],
  behavior: [
    { mapping: 'symmetric', filtering: 'none' },
    { mapping: 'none' },
    { mapping: ['none'], filtering: 'none' },
  ],
  data: ['x'.repeat(16_385)],
  type: ['joined', 'JOIN', 'constructor', '__proto__'],
};
/** What is good after all. */
const ALLOWED: Readonly<Record<string, readonly unknown[]>> = { token: [''], data: [''], candidates: [[]] };

const CASES = Object.entries(GOOD).flatMap(([type, message]) =>
  Object.keys(message).flatMap((field) => {
    const isAllowed = (value: unknown): boolean =>
      (ALLOWED[field] ?? []).some((good) => JSON.stringify(good) === JSON.stringify(value));
    const values = [...WRONG_ANYWHERE, ...(WRONG[field] ?? [])].filter((value) => !isAllowed(value));
    const missing = OPTIONAL.includes(field) ? [] : [undefined];
    return [...values, ...missing].map((value) => ({ type, field, value }));
  }),
);

/** A world with `alice`, who has joined, or is about to. */
function start(type: string) {
  const world = createWorld({ limits: { burst: 10_000 } });
  const bob = world.peer('bob');
  const alice = type === 'join' ? world.connect() : world.peer('alice');
  bob.take();
  return { world, alice, bob };
}

describe('each message', () => {
  it.each(Object.keys(GOOD))('%s is taken as it should be', (type) => {
    expect(clientMessage.safeParse(GOOD[type]).success).toBe(true);
  });

  it(`with a field missing or wrong is refused by name of the field (${CASES.length} cases)`, () => {
    expect(CASES.length).toBeGreaterThan(150);
    for (const { type, field, value } of CASES) {
      const { alice, bob } = start(type);
      const answers = alice.say({ ...GOOD[type], [field]: value });
      const where = `${type}.${field} = ${JSON.stringify(value)?.slice(0, 40)}`;
      expect(answers, where).toMatchObject([{ type: 'error', code: 'bad-message' }]);
      const [answer] = answers;
      const text = answer?.type === 'error' ? answer.message : '';
      expect(text, where).toMatch(new RegExp(`^${field}(\\.\\w+)*: .`));
      expect(text.length, where).toBeLessThan(300);
      expect(alice.isOpen(), where).toBe(true);
      expect(bob.take(), where).toEqual([]);
    }
  });

  it('with fields that the protocol does not know is taken, without them', () => {
    const { alice } = start('ask');
    expect(alice.say({ ...GOOD.ask, later: { version: 2 } })).toMatchObject([{ type: 'asked' }]);
  });

  it.each(Object.keys(GOOD).filter((type) => type !== 'join'))('%s before the join is refused', (type) => {
    const stranger = createWorld().connect();
    expect(stranger.say(GOOD[type])).toMatchObject([{ type: 'error', code: 'not-joined', re: type }]);
    expect(stranger.isOpen()).toBe(true);
  });

  it('after the leave is not heard', () => {
    for (const message of Object.values(GOOD)) {
      const { alice } = start('leave');
      alice.say(GOOD.leave);
      expect(alice.say(message)).toEqual([]);
    }
  });

  it('join, a second time, is refused and changes nothing', () => {
    const { world, alice } = start('leave');
    expect(alice.say({ ...GOOD.join, id: 'carol' })).toMatchObject([{ code: 'already-joined', re: 'join' }]);
    expect(world.rendezvous.population().peers).toBe(2);
  });

  it.each(['ask', 'signal'])('%s to oneself is refused', (type) => {
    const { alice } = start(type);
    expect(alice.say({ ...GOOD[type], peer: 'alice' })).toMatchObject([
      { type: 'error', code: 'peer-is-self', re: type, peer: 'alice' },
    ]);
  });

  it('withdraw of what was not asked for does nothing', () => {
    const { alice } = start('withdraw');
    expect(alice.say({ type: 'withdraw', peer: 'nobody' })).toEqual([]);
  });
});

describe('what is no message', () => {
  it.each([
    ['{"type":"join"', 'not JSON'],
    ['', 'not JSON'],
    ['\0', 'not JSON'],
    ['null', 'Invalid input: expected object, received null'],
    ['"join"', 'Invalid input: expected object, received string'],
    ['[]', 'Invalid input: expected object, received array'],
    [`${'['.repeat(60_000)}${']'.repeat(60_000)}`, 'Invalid input: expected object, received array'],
    [null, 'not text'],
  ])('is told so: case %#', (text, message) => {
    const { alice } = start('leave');
    expect(alice.sayText(text)).toMatchObject([
      { type: 'error', code: 'bad-message', message: expect.stringContaining(message) },
    ]);
  });
});

describe('ids that mean something to JavaScript', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is an id like any other', (id) => {
    const world = createWorld();
    const [odd, bob] = [world.peer(id, { room: id }), world.peer('bob', { room: id })];
    odd.ask('bob');
    expect(bob.ask(id).map(({ type }) => type)).toEqual(['wanted', 'asked', 'paired']);
    expect(odd.take().at(-1)).toMatchObject({ type: 'paired', peer: 'bob' });
  });
});

describe('any sequence of anything', () => {
  it('from three connections leaves the rendezvous whole', () => {
    const ids = fc.constantFrom('alice', 'bob', 'carol');
    const message = fc.oneof(
      fc.record({ type: fc.constant('join'), version: fc.constant(1), room: fc.constantFrom('r', 's'), id: ids }),
      fc.record({
        type: fc.constantFrom('ask', 'withdraw', 'signal'),
        peer: ids,
        data: fc.string(),
        candidates: fc.constant([]),
        behavior: fc.constant(BEHAVIOR),
      }),
      fc.record({ type: fc.constantFrom('leave', 'ticket', 'joined') }),
      fc.jsonValue(),
    );
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ who: fc.nat(2), message }) },
      { weight: 1, arbitrary: fc.record({ who: fc.nat(2), lose: fc.constant(true) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 60_000 }) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = createWorld();
        const peers = [world.connect(), world.connect(), world.connect()];
        for (const one of steps) {
          if ('pass' in one) world.pass(one.pass);
          else {
            const peer = peers[one.who];
            if ('lose' in one || !peer?.isOpen()) {
              peer?.lose();
              peers[one.who] = world.connect();
            } else {
              peer.say(one.message);
              peer.pong();
            }
          }
        }
        const { peers: sessions, rooms, connections } = world.rendezvous.population();
        expect(rooms).toBeLessThanOrEqual(sessions);
        expect(connections).toBeLessThanOrEqual(3);
        // Time alone clears it all.
        world.pass(60_000);
        world.pass(60_000);
        world.pass(60_000);
        expect(world.rendezvous.population()).toEqual({ connections: 0, peers: 0, rooms: 0 });
      }),
      { numRuns: 500 },
    );
  });
});
