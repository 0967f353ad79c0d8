/** Consent freshness on a clock of the test's own (RFC 7675 §5.1). */
import { describe, expect, it } from 'vitest';
import type { IceEvent } from '../../../src/ice/event.ts';
import {
  type Consent,
  consentAnswered,
  consentAsked,
  consentDoubtfulAt,
  consentDueAt,
  consentExpiresAt,
  consentHeard,
  createConsent,
} from '../../../src/ice/selected-pair/consent.ts';
import { type Bench, createBench, only, peerCheck, peerSuccess } from '../wire.ts';

const isConnected = ({ kind }: IceEvent): boolean => kind === 'connected';

describe('consent', () => {
  it('is asked for a few times at once, then every 5 s, give or take a fifth', () => {
    const draws = [0, 0.5, 1];
    const consent = createConsent(1000, { rttMs: 10, random: () => draws.shift() ?? 0 });
    const at: number[] = [];
    for (let sends = 0; sends < 7; sends++) {
      const dueAt = consentDueAt(consent);
      at.push(dueAt);
      consentAsked(dueAt, consent);
      consentAnswered(dueAt, consent);
    }
    // Gaps of 20, 40, 80 and 160 ms and the round trip, then 4, 5 and 6 s.
    expect(at).toEqual([1030, 1080, 1170, 1340, 5340, 10_340, 16_340]);
  });

  it('needs no haste once both directions have been seen to work', () => {
    const consent = createConsent(0, { rttMs: 0, random: () => 0.5 });
    consentAnswered(20, consent);
    consentHeard(consent);
    consentAsked(20, consent);
    consentAnswered(20, consent);
    expect(consentDueAt(consent)).toBe(5020);
  });

  it('is asked for again every 500 ms where a check stays out, seven times at most until the next', () => {
    const consent = settled(10);
    const at: number[] = [];
    for (let sends = 0; sends < 9; sends++) {
      at.push(consentDueAt(consent));
      consentAsked(consentDueAt(consent), consent);
    }
    expect(at).toEqual([5000, 5500, 6000, 6500, 7000, 7500, 8000, 10_000, 10_500]);
  });

  it('is asked for again as the round trip allows, and not any more once an answer has come', () => {
    const consent = settled(400);
    consentAsked(5000, consent);
    expect(consentDueAt(consent)).toBe(5800);
    consentAsked(5800, consent);
    consentAnswered(6100, consent);
    expect(consentDueAt(consent)).toBe(10_000);
  });

  it('is doubtful 5 s after the last answer, when three checks have had their time, until the next answer', () => {
    const consent = settled(10);
    expect(consentDoubtfulAt(consent)).toBe(Number.POSITIVE_INFINITY);
    consentAsked(5000, consent);
    expect(consentDoubtfulAt(consent)).toBe(6500);
    consentAnswered(6600, consent);
    expect(consentDoubtfulAt(consent)).toBe(Number.POSITIVE_INFINITY);
    consentAsked(7000, consent);
    // 5 s after 6600, later than three times 500 ms after 7000.
    expect(consentDoubtfulAt(consent)).toBe(11_600);
  });

  it('lasts 30 s from the last answer', () => {
    const consent = createConsent(0, { rttMs: 0, random: () => 0 });
    expect(consentExpiresAt(consent)).toBe(30_000);
    consentAnswered(12_000, consent);
    expect(consentExpiresAt(consent)).toBe(42_000);
  });
});

/** Both directions have been seen to work, and the last check was answered at 0. */
function settled(rttMs: number): Consent {
  const consent = createConsent(-20 - rttMs, { rttMs, random: () => 0.5 });
  consentAnswered(-10, consent);
  consentHeard(consent);
  consentAsked(0, consent);
  consentAnswered(0, consent);
  return consent;
}

describe('a connected agent', () => {
  function connect() {
    const bench = createBench({ taMs: 5 });
    const nomination = only(bench.receive(0, peerSuccess(only(bench.drain(0)))));
    bench.receive(5, peerSuccess(nomination));
    return bench;
  }

  it('is without consent 30 s after the last answer, says so, and falls silent', () => {
    const bench = connect();
    let sent = 0;
    let now = 5;
    while (now < 60_000) {
      sent += bench.drain(now).length;
      const next = bench.until(now);
      if (Number.isNaN(next)) break;
      now = next;
    }
    expect(bench.events.at(-1)).toMatchObject({ kind: 'consent-lost', at: 30_005 });
    // Four at once, then in each of five to eight periods one that is asked seven times.
    expect(sent).toBeGreaterThanOrEqual(4 + 5 * 7);
    expect(sent).toBeLessThanOrEqual(4 + 8 * 7);
    expect(bench.receive(now + 1, peerCheck())).toEqual([]);
    expect(bench.agent.selected()).toBeNull();
  });

  it('is not kept by answers under another key, nor by checks of the peer alone', () => {
    const bench = connect();
    let now = 5;
    while (now < 60_000 && !bench.events.some(({ kind }) => kind === 'consent-lost')) {
      for (const check of bench.drain(now))
        bench.receive(now, peerSuccess(check, undefined, 'wrong+password+of+22+chars'));
      bench.receive(now, peerCheck());
      now = bench.until(now);
    }
    expect(bench.events.at(-1)).toMatchObject({ kind: 'consent-lost', at: 30_005 });
  });

  it('knows the round trip of the consent check that was answered last', () => {
    const bench = connect();
    expect(bench.agent.selected()?.rttMs).toBe(5);
    const first = bench.until(5);
    bench.receive(first + 70, peerSuccess(only(bench.drain(first))));
    expect(bench.agent.selected()?.rttMs).toBe(70);
  });

  /** Runs until `end`, with every check answered that `isAnswered` says of. */
  function run(bench: Bench, [from, end]: readonly [number, number], isAnswered: (at: number) => boolean): number {
    let sent = 0;
    let now = from;
    for (; now < end; now = bench.until(now)) {
      for (const check of bench.drain(now)) {
        sent++;
        if (isAnswered(now)) bench.receive(now, peerSuccess(check));
      }
    }
    return sent;
  }

  it('tells within 7.5 s of the last answer that the path is doubtful, once, and when it is not any more', () => {
    const bench = connect();
    run(bench, [5, 20_000], () => true);
    expect(bench.events.at(-1)?.kind).toBe('connected');
    run(bench, [20_000, 40_000], (at) => at > 36_000);
    const [doubtful, restored, ...rest] = bench.events.slice(bench.events.findIndex(isConnected) + 1);
    expect([doubtful?.kind, restored?.kind, rest]).toEqual(['consent-doubtful', 'consent-restored', []]);
    expect(doubtful?.at).toBeGreaterThan(20_000);
    expect(doubtful?.at).toBeLessThanOrEqual(27_500);
    expect(restored?.at).toBeGreaterThan(36_000);
    // From a doubtful path it is never longer until the next question than the period.
    expect(restored?.at).toBeLessThanOrEqual(42_000);
  });

  it('doubts a path on which the peer is heard, and does not answer', () => {
    const bench = connect();
    for (let now = 5; now < 20_000; now = bench.until(now)) {
      bench.drain(now);
      bench.receive(now, peerCheck());
    }
    expect(bench.events.at(-1)?.kind).toBe('consent-doubtful');
  });

  it('does not doubt it for two checks that are lost out of three', () => {
    const bench = connect();
    let number = 0;
    run(bench, [5, 600_000], () => ++number % 3 === 0);
    expect(bench.events.at(-1)?.kind).toBe('connected');
  });

  it('keeps it as long as the peer answers, and goes on answering the peer', () => {
    const bench = connect();
    for (let now = 5; now < 300_000; now = bench.until(now)) {
      for (const check of bench.drain(now)) bench.receive(now, peerSuccess(check));
    }
    expect(bench.events.at(-1)?.kind).toBe('connected');
    expect(bench.receive(300_001, peerCheck()).some(({ message }) => message.class === 'success')).toBe(true);
  });
});
