/** Whether the partner is there: who is believed, how soon its end is noticed, and how it comes back. */
import { describe, expect, it } from 'vitest';
import { PARTNER_MESSAGES } from '../../../../server/partner/decisions/counts.ts';
import { HAND_OVERS_PER_SECOND } from '../../../../server/partner/decisions/link.ts';
import { HEARD_MS, HELLO_MS } from '../../../../server/partner/decisions/standing.ts';
import { createPair, HAND_OVER, type Pair, type Side } from '../pair.ts';

const standing = (pair: Pair, side: Side) => pair.link(side).standing(pair.now());
const both = (pair: Pair) => [standing(pair, 'a'), standing(pair, 'b')];

/** A pair in which each side is up for the other. */
function createUpPair(...options: Parameters<typeof createPair>): Pair {
  const pair = createPair(...options);
  pair.pass(HELLO_MS);
  expect(both(pair)).toEqual(['up', 'up']);
  return pair;
}

describe('two partners', () => {
  it('are silent to each other before the first hello', () => {
    expect(both(createPair())).toEqual(['silent', 'silent']);
  });

  it('are up for each other within the first round trips', () => {
    const pair = createUpPair();
    expect(pair.standings).toEqual({ a: ['up'], b: ['up'] });
  });

  it('stay up, with one hello and one answer of each every 250 ms', () => {
    const pair = createUpPair();
    const before = pair.sent.length;
    pair.pass(60_000);
    expect(pair.standings).toEqual({ a: ['up'], b: ['up'] });
    expect(pair.sent.length - before).toBe((60_000 / HELLO_MS) * 4);
  });

  it('say no more than their datagrams are long: all have one length', () => {
    const pair = createUpPair();
    pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
    expect(new Set(pair.sent.map(({ bytes }) => bytes.length))).toEqual(new Set([128]));
  });
});

describe('a partner that dies', () => {
  it('is given up within 1.5 s', () => {
    const pair = createUpPair();
    pair.alive.b = false;
    pair.pass(HEARD_MS - 1);
    expect(standing(pair, 'a')).toBe('up');
    pair.pass(1);
    expect(standing(pair, 'a')).toBe('silent');
    expect(pair.standings.a).toEqual(['up', 'silent']);
  });

  it('is given up at once when it says so, although answers of its may still be on their way', () => {
    const pair = createUpPair();
    const { nowMs, answers } = { nowMs: pair.now(), answers: pair.sent.filter(({ by }) => by === 'b') };
    pair.tell('b', { kind: 'closing' });
    pair.alive.b = false;
    expect(pair.link('a').standing(nowMs)).toBe('silent');
    for (const { bytes } of answers) pair.tell('a', { kind: 'datagram', bytes });
    expect(pair.link('a').standing(nowMs)).toBe('silent');
    expect(pair.link('a').counts.taken.bye).toBe(1);
    pair.restart('b');
    pair.alive.b = true;
    pair.pass(2 * HELLO_MS);
    expect(both(pair)).toEqual(['up', 'up']);
  });

  it('says nothing of it to a partner that it has not heard', () => {
    const pair = createPair();
    pair.tell('a', { kind: 'closing' });
    expect(pair.sent).toEqual([]);
  });

  it('is given up without a tick, since what counts is the time', () => {
    const pair = createUpPair();
    expect(pair.link('a').standing(pair.now() + HEARD_MS - 1)).toBe('up');
    expect(pair.link('a').standing(pair.now() + HEARD_MS)).toBe('silent');
  });

  it('is given up although its own datagrams still come, when ours reach it no more', () => {
    const pair = createUpPair();
    pair.muted.a = true;
    pair.pass(HEARD_MS);
    expect(both(pair)).toEqual(['silent', 'silent']);
    pair.muted.a = false;
    pair.pass(2 * HELLO_MS);
    expect(both(pair)).toEqual(['up', 'up']);
  });

  it('is said not to hear us when that lasts', () => {
    const pair = createPair();
    pair.deaf.b = true;
    pair.pass(4 * HELLO_MS);
    expect(pair.standings).toEqual({ a: ['one-way'], b: [] });
    expect(both(pair)).toEqual(['one-way', 'silent']);
  });

  it('comes back by itself when it goes on where it was stopped', () => {
    const pair = createUpPair();
    pair.alive.b = false;
    pair.pass(60_000);
    pair.alive.b = true;
    pair.pass(2 * HELLO_MS);
    expect(both(pair)).toEqual(['up', 'up']);
    expect(pair.standings.a).toEqual(['up', 'silent', 'up']);
  });

  it('comes back by itself as a new process', () => {
    const pair = createUpPair();
    pair.restart('b');
    pair.pass(2 * HELLO_MS);
    expect(both(pair)).toEqual(['up', 'up']);
    pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
    pair.tell('b', { kind: 'hand-over', handOver: HAND_OVER });
    expect(pair.replies).toEqual({ a: [HAND_OVER], b: [HAND_OVER] });
  });

  it('is handed nothing while it is down', () => {
    const pair = createPair();
    pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
    expect(pair.sent).toEqual([]);
    expect(pair.link('a').counts.unsent['partner-down']).toBe(1);
  });

  it('is handed 4,000 requests at once and as many a second, whoever asks, and still lives after that', () => {
    const pair = createUpPair();
    const hand = (): void => pair.tell('a', { kind: 'hand-over', handOver: HAND_OVER });
    for (let count = 0; count < 2 * HAND_OVERS_PER_SECOND; count++) hand();
    expect(pair.replies.b).toHaveLength(HAND_OVERS_PER_SECOND);
    expect(pair.link('a').counts.unsent['too-many']).toBe(HAND_OVERS_PER_SECOND);
    pair.pass(500);
    for (let count = 0; count < HAND_OVERS_PER_SECOND; count++) hand();
    expect(pair.replies.b).toHaveLength(1.5 * HAND_OVERS_PER_SECOND);
    expect(both(pair)).toEqual(['up', 'up']);
  });

  it.each([1, 2, 3, 4])('stays up when %i hellos in a row are lost', (lost) => {
    const pair = createUpPair();
    pair.alive.b = false;
    pair.pass(lost * HELLO_MS);
    pair.alive.b = true;
    pair.pass(HELLO_MS);
    expect(pair.standings.a.slice(1)).toEqual([]);
  });
});

describe('a partner that does not fit', () => {
  it('has another secret: neither is up, and each says why', () => {
    const pair = createPair({ b: { secret: 'another secret, which a does not have' } });
    pair.pass(3_000);
    expect(both(pair)).toEqual(['other-secret', 'other-secret']);
    const { refused, taken } = pair.link('a').counts;
    expect(refused.unsealed).toBe(12);
    expect(Object.values(taken)).toEqual(PARTNER_MESSAGES.map(() => 0));
  });

  it('has other ports: clients could not find the second address by the first one’s ports', () => {
    const pair = createPair({ b: { ports: { port: 3478, altPort: 4000 } } });
    pair.pass(3_000);
    expect(both(pair)).toEqual(['other-ports', 'other-ports']);
  });

  it('speaks another version, of any length', () => {
    const pair = createPair();
    pair.tell('a', { kind: 'datagram', bytes: Uint8Array.of(0xf5, 3, 1, 2, 3) });
    expect(standing(pair, 'a')).toBe('other-version');
    expect(pair.link('a').counts.refused['other-version']).toBe(1);
    pair.pass(5_000);
    expect(standing(pair, 'a')).toBe('up');
  });

  it('is told of no more often than every 5 s, whatever is forged in its name', () => {
    const pair = createPair();
    pair.alive.b = false;
    const forged = [Uint8Array.of(0xf5, 3), Uint8Array.of(0xf5, 2, ...new Uint8Array(126))];
    for (let count = 0; count < 100; count++) {
      for (const bytes of forged) pair.tell('a', { kind: 'datagram', bytes });
      pair.pass(200);
    }
    expect(pair.standings.a).toHaveLength(20_000 / 5_000);
    pair.alive.b = true;
    pair.pass(HELLO_MS);
    expect(pair.standings.a.at(-1)).toBe('up');
  });

  it('is silent again when nothing has come from it for 5 s', () => {
    const pair = createPair({ b: { secret: 'another secret, which a does not have' } });
    pair.pass(1_000);
    pair.alive.b = false;
    pair.pass(4_999);
    expect(standing(pair, 'a')).toBe('other-secret');
    pair.pass(1);
    expect(standing(pair, 'a')).toBe('silent');
  });
});

describe('a clock that jumps', () => {
  it('forward gives the partner up, and the next answer brings it back', () => {
    const pair = createUpPair();
    const jumped = pair.now() + 3_600_000;
    expect(pair.link('a').standing(jumped)).toBe('silent');
    const [hello] = pair.link('a').handle(jumped, { kind: 'tick' });
    if (hello?.kind !== 'send') throw new Error('no hello');
    const [answer] = pair.link('b').handle(pair.now(), { kind: 'datagram', bytes: hello.bytes });
    if (answer?.kind !== 'send') throw new Error('no answer');
    pair.link('a').handle(jumped, { kind: 'datagram', bytes: answer.bytes });
    expect(pair.link('a').standing(jumped)).toBe('up');
  });

  it('back stands still, so that no old answer counts for longer', () => {
    const pair = createUpPair();
    expect(pair.link('a').standing(pair.now() + HEARD_MS)).toBe('silent');
    expect(pair.link('a').standing(0)).toBe('silent');
  });
});
