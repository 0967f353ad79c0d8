/** What somebody can do who records, repeats, reorders, forges and changes datagrams between two partners: nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARTNER_REFUSALS } from '../../../../server/partner/decisions/counts.ts';
import { UNKNOWN_PER_SECOND } from '../../../../server/partner/decisions/receive.ts';
import { HEARD_MS, HELLO_MS } from '../../../../server/partner/decisions/standing.ts';
import { REPLAY_WINDOW } from '../../../../src/tunnel/session/datagram/replay-window.ts';
import { createPair, HAND_OVER, type Pair } from '../pair.ts';

/** A pair that is up, and the datagram of one hand-over that `b` has answered. */
function createRecorded(): { readonly pair: Pair; readonly recorded: Uint8Array } {
  const pair = createPair();
  pair.pass(HELLO_MS);
  pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
  expect(pair.replies.b).toEqual([HAND_OVER]);
  const { bytes: recorded } = pair.sent.at(-1) ?? { bytes: new Uint8Array() };
  return { pair, recorded };
}

const refused = ({ link }: Pair, side: 'a' | 'b') =>
  Object.fromEntries(Object.entries(link(side).counts.refused).filter(([, count]) => count > 0));

describe('a hand-over that is repeated', () => {
  it('is answered once', () => {
    const { pair, recorded } = createRecorded();
    for (let count = 0; count < 100; count++) pair.tell('b', { kind: 'datagram', bytes: recorded });
    expect(pair.replies.b).toEqual([HAND_OVER]);
    expect(refused(pair, 'b')).toEqual({ replayed: 100 });
  });

  it('is not answered by who sent it', () => {
    const { pair, recorded } = createRecorded();
    pair.tell('a', { kind: 'datagram', bytes: recorded });
    expect(pair.replies.a).toEqual([]);
    expect(refused(pair, 'a')).toEqual({ reflected: 1 });
  });

  it('is not answered by a new process of the one that it was for', () => {
    const { pair, recorded } = createRecorded();
    pair.restart('b');
    pair.pass(2 * HELLO_MS);
    const before = pair.replies.b.length;
    pair.tell('b', { kind: 'datagram', bytes: recorded });
    expect(pair.replies.b).toHaveLength(before);
    expect(refused(pair, 'b')).toEqual({ 'other-epoch': 1 });
  });

  it('is not answered when its sender has a new process', () => {
    const { pair, recorded } = createRecorded();
    pair.restart('a');
    pair.pass(2 * HELLO_MS);
    pair.tell('b', { kind: 'datagram', bytes: recorded });
    expect(pair.replies.b).toHaveLength(1);
    expect(refused(pair, 'b')).toEqual({ 'unknown-epoch': 1 });
  });

  it('is not answered when it has been held back until its sender is heard no more', () => {
    const pair = createPair();
    pair.pass(HELLO_MS);
    pair.alive.b = false;
    pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
    const held = pair.sent.at(-1)?.bytes ?? new Uint8Array();
    pair.pass(HEARD_MS);
    pair.tell('b', { kind: 'datagram', bytes: held });
    expect(pair.replies.b).toEqual([]);
    expect(refused(pair, 'b')).toEqual({ 'not-heard': 1 });
  });

  it('is answered once each, in whatever order many come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.infiniteStream(fc.nat()), (count, picks) => {
        const pair = createPair();
        pair.pass(HELLO_MS);
        pair.muted.a = true;
        const asked = Array.from({ length: count }, (_, index) => ({ ...HAND_OVER, toPort: index + 1 }));
        for (const handOver of asked) pair.tell('a', { kind: 'hand-over', handOver });
        const held = pair.sent.slice(-count).map(({ bytes }) => bytes);
        for (let step = 0; step < 3 * count; step++) {
          const [pick] = picks.take(1);
          pair.tell('b', { kind: 'datagram', bytes: held[(pick ?? 0) % count] ?? new Uint8Array() });
        }
        for (const bytes of held) pair.tell('b', { kind: 'datagram', bytes });
        const ports = pair.replies.b.map(({ toPort }) => toPort).toSorted((one, other) => one - other);
        expect(ports).toEqual(asked.map(({ toPort }) => toPort));
      }),
      { numRuns: 50 },
    );
  });

  it(`is not answered when ${REPLAY_WINDOW} later ones have come`, () => {
    const pair = createPair();
    pair.pass(HELLO_MS);
    pair.muted.a = true;
    pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
    const held = pair.sent.at(-1)?.bytes ?? new Uint8Array();
    pair.muted.a = false;
    for (let count = 0; count < REPLAY_WINDOW; count++) pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
    expect(pair.replies.b).toHaveLength(REPLAY_WINDOW);
    pair.tell('b', { kind: 'datagram', bytes: held });
    expect(pair.replies.b).toHaveLength(REPLAY_WINDOW);
    expect(refused(pair, 'b')).toEqual({ replayed: 1 });
  });
});

describe('a bye that is repeated', () => {
  it('means nothing to a later process of either side', () => {
    for (const restarted of ['a', 'b'] as const) {
      const pair = createPair();
      pair.pass(HELLO_MS);
      pair.tell('a', { kind: 'closing' });
      const bye = pair.sent.at(-1)?.bytes ?? new Uint8Array();
      pair.restart(restarted);
      pair.pass(2 * HELLO_MS);
      pair.tell('b', { kind: 'datagram', bytes: bye });
      expect(pair.link('b').standing(pair.now())).toBe('up');
    }
  });
});

describe('all that was ever sent, repeated', () => {
  it('brings no dead partner back, and no earlier process of one that lives', () => {
    const pair = createPair();
    pair.pass(2_000);
    pair.restart('b');
    pair.pass(2_000);
    const recorded = pair.sent.filter(({ by }) => by === 'b').map(({ bytes }) => bytes);
    pair.alive.b = false;
    pair.pass(HEARD_MS);
    for (const bytes of recorded) pair.tell('a', { kind: 'datagram', bytes });
    expect(pair.link('a').standing(pair.now())).toBe('silent');
    pair.alive.b = true;
    pair.pass(2 * HELLO_MS);
    for (const bytes of recorded) pair.tell('a', { kind: 'datagram', bytes });
    expect(pair.link('a').standing(pair.now())).toBe('up');
    pair.tell('b', { kind: 'hand-over', handOver: HAND_OVER });
    expect(pair.replies.a).toEqual([HAND_OVER]);
  });

  it('makes a server say no more than 16 hellos and answers at once', () => {
    const old = createPair();
    old.muted.b = true;
    old.pass(60_000);
    const recorded = old.sent.filter(({ by }) => by === 'b').map(({ bytes }) => bytes);
    const pair = createPair({}, 2);
    pair.muted.a = true;
    pair.pass(HELLO_MS);
    const before = pair.sent.length;
    for (const bytes of recorded) pair.tell('a', { kind: 'datagram', bytes });
    // Each of the first 16 is answered, and followed by a hello of our own.
    expect(pair.sent.length - before).toBe(2 * 15);
    const { 'too-many-hellos': hellos = 0, 'other-epoch': answers = 0, ...others } = refused(pair, 'a');
    expect([hellos + answers, others]).toEqual([recorded.length - 15, {}]);
  });
});

describe('bytes that nobody sealed', () => {
  it('have no effect, whatever is changed in a datagram', () => {
    const { recorded } = createRecorded();
    fc.assert(
      fc.property(fc.nat({ max: recorded.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const pair = createPair();
        pair.pass(HELLO_MS);
        pair.muted.a = true;
        pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
        const changed = (pair.sent.at(-1)?.bytes ?? new Uint8Array()).slice();
        changed[at] = (changed[at] ?? 0) ^ mask;
        const before = pair.sent.length;
        pair.tell('b', { kind: 'datagram', bytes: changed });
        expect(pair.replies.b).toEqual([]);
        expect(pair.sent).toHaveLength(before);
        expect(pair.link('b').standing(pair.now())).toBe('up');
        expect(Object.values(refused(pair, 'b'))).toEqual([1]);
      }),
      { numRuns: 300 },
    );
  });

  it('cost a server no more than 1,000 keys a second, and its link to the partner nothing', () => {
    const pair = createPair();
    pair.pass(2 * HELLO_MS);
    const forged = Uint8Array.of(0xf5, 2, ...new Uint8Array(126).fill(9, 0, 32));
    for (let count = 0; count < 3_000; count++) pair.tell('b', { kind: 'datagram', bytes: forged });
    expect(refused(pair, 'b')).toEqual({ unsealed: UNKNOWN_PER_SECOND, 'too-many-unknown': 2_000 });
    pair.pass(10 * HELLO_MS);
    pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
    expect(pair.replies.b).toEqual([HAND_OVER]);
    expect(pair.standings.b).toEqual(['up']);
  });

  it('have no effect, whatever they are', () => {
    const pair = createPair();
    pair.pass(HELLO_MS);
    const before = pair.sent.length;
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 126, maxLength: 126 }).map((rest) => Uint8Array.of(0xf5, 2, ...rest)),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        pair.tell('b', { kind: 'datagram', bytes });
        return pair.sent.length === before && pair.replies.b.length === 0;
      }),
      { numRuns: 2_000 },
    );
    const { refused } = pair.link('b').counts;
    expect(PARTNER_REFUSALS.reduce((sum, why) => sum + refused[why], 0)).toBe(2_000);
    const { malformed, unsealed, 'other-version': other, 'too-many-unknown': unopened } = refused;
    expect(malformed + unsealed + other + unopened).toBe(2_000);
  });
});
