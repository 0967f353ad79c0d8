/** Consent freshness on a clock of the test's own (RFC 7675 §5.1). */
import { describe, expect, it } from 'vitest';
import { createConsent } from '../../src/ice/consent.ts';
import { createBench, only, peerCheck, peerSuccess } from './wire.ts';

describe('consent', () => {
  it('is asked for a few times at once, then every 5 s, give or take a fifth', () => {
    const draws = [0, 0.5, 1];
    const consent = createConsent({ now: 1000, rttMs: 10, random: () => draws.shift() ?? 0 });
    const at: number[] = [];
    for (let sends = 0; sends < 7; sends++) {
      at.push(consent.dueAt());
      consent.sent(consent.dueAt());
    }
    // Gaps of 20, 40, 80 and 160 ms and the round trip, then 4, 5 and 6 s.
    expect(at).toEqual([1030, 1080, 1170, 1340, 5340, 10_340, 16_340]);
  });

  it('needs no haste once both directions have been seen to work', () => {
    const consent = createConsent({ now: 0, rttMs: 0, random: () => 0.5 });
    consent.confirmed(20);
    consent.heard();
    consent.sent(20);
    expect(consent.dueAt()).toBe(5020);
  });

  it('lasts 30 s from the last answer', () => {
    const consent = createConsent({ now: 0, rttMs: 0, random: () => 0 });
    expect(consent.expiresAt()).toBe(30_000);
    consent.confirmed(12_000);
    expect(consent.expiresAt()).toBe(42_000);
  });
});

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
    expect(sent).toBeGreaterThanOrEqual(4 + 5);
    expect(sent).toBeLessThanOrEqual(4 + 8);
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

  it('keeps it as long as the peer answers, and goes on answering the peer', () => {
    const bench = connect();
    for (let now = 5; now < 300_000; now = bench.until(now)) {
      for (const check of bench.drain(now)) bench.receive(now, peerSuccess(check));
    }
    expect(bench.events.at(-1)?.kind).toBe('connected');
    expect(bench.receive(300_001, peerCheck()).some(({ message }) => message.class === 'success')).toBe(true);
  });
});
