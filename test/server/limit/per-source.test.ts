/** The limit on redirected replies, with a clock that the test turns. */
import { describe, expect, it } from 'vitest';
import {
  createRateLimit,
  type RateLimit,
  REDIRECTED_BURST,
  REDIRECTED_PER_SECOND,
} from '../../../server/limit/per-source.ts';

const KEY = new Uint8Array(32).fill(7);
const SOURCE = '192.0.2.1';

/** How many of `attempts` at one instant pass. */
const passing = (
  now: number,
  limit: RateLimit,
  { source, attempts = 1000 }: { readonly source: string; readonly attempts?: number },
): number => Array.from({ length: attempts }, () => limit(now, source)).filter(Boolean).length;

describe('the limit on redirected replies', () => {
  it('lets a burst through, and no more at the same instant', () => {
    expect(passing(0, createRateLimit({ key: KEY }), { source: SOURCE })).toBe(REDIRECTED_BURST);
  });

  it('gives back what the rate says, token by token', () => {
    const limit = createRateLimit({ key: KEY, burst: 5, perSecond: 10 });
    expect(passing(0, limit, { source: SOURCE })).toBe(5);
    expect(passing(99, limit, { source: SOURCE })).toBe(0);
    expect(passing(100, limit, { source: SOURCE })).toBe(1);
    expect(passing(350, limit, { source: SOURCE })).toBe(2);
    expect(passing(400, limit, { source: SOURCE })).toBe(1);
  });

  it('never gives back more than the burst, however long the silence', () => {
    const limit = createRateLimit({ key: KEY, burst: 5, perSecond: 10 });
    expect(passing(0, limit, { source: SOURCE })).toBe(5);
    expect(passing(1e9, limit, { source: SOURCE })).toBe(5);
  });

  it('does not make a refused attempt longer to wait for', () => {
    const limit = createRateLimit({ key: KEY, burst: 1, perSecond: 1 });
    expect(passing(0, limit, { source: SOURCE })).toBe(1);
    for (let now = 0; now < 1000; now += 10) expect(limit(now, SOURCE)).toBe(false);
    expect(limit(1000, SOURCE)).toBe(true);
  });

  it('keeps up the rate for ever', () => {
    const limit = createRateLimit({ key: KEY });
    for (let second = 0; second < 100; second++) {
      expect(passing(second * 1000, limit, { source: SOURCE, attempts: REDIRECTED_PER_SECOND })).toBe(
        REDIRECTED_PER_SECOND,
      );
    }
  });

  it('keeps one source from using up another', () => {
    const limit = createRateLimit({ key: KEY, burst: 5, perSecond: 10 });
    expect(passing(0, limit, { source: SOURCE })).toBe(5);
    expect(passing(0, limit, { source: '192.0.2.2' })).toBe(5);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', 0],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', 5],
    ['fe80::1%eth0', 'fe80::2%eth1', 0],
  ])('counts an IPv6 /64 as one source: %s, then %s', (first, second, left) => {
    const limit = createRateLimit({ key: KEY, burst: 5, perSecond: 10 });
    expect(passing(0, limit, { source: first })).toBe(5);
    expect(passing(0, limit, { source: second })).toBe(left);
  });

  it('holds a flood of forged sources to as many tokens as it has slots', () => {
    const limit = createRateLimit({ key: KEY, burst: 1, perSecond: 0.001, slots: 16 });
    const passed = Array.from({ length: 1000 }, (_, n) => limit(0, `10.0.${n >> 8}.${n & 255}`)).filter(Boolean).length;
    expect(passed).toBe(16);
  });

  it('puts the same sources on other slots under another key', () => {
    const shared = (key: Uint8Array): number => {
      const limit = createRateLimit({ key, burst: 1, perSecond: 0.001, slots: 4 });
      return Number.parseInt(Array.from({ length: 16 }, (_, n) => +limit(0, `192.0.2.${n}`)).join(''), 2);
    };
    expect(shared(KEY)).toBe(shared(KEY));
    expect(shared(KEY)).not.toBe(shared(new Uint8Array(32).fill(8)));
  });
});
