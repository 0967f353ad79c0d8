/** The limit on replies that leave by the way the request came, with a clock that the test turns. */
import { describe, expect, it } from 'vitest';
import type { RateLimit } from '../../../server/limit/per-source.ts';
import { createPlainLimit, PLAIN_BURST, PLAIN_PER_SECOND } from '../../../server/limit/plain-replies.ts';

const SEED = 7;
const SOURCE = '192.0.2.1';

/** How many of `attempts` at one instant pass. */
const passing = (
  now: number,
  limit: RateLimit,
  { source, attempts }: { readonly source: string; readonly attempts: number },
): number => Array.from({ length: attempts }, () => limit(now, source)).filter(Boolean).length;

describe('the limit on plain replies', () => {
  it('lets 10,000 through at one instant, and then 2,000 in each second', () => {
    const limit = createPlainLimit({ seed: SEED });
    expect([PLAIN_BURST, PLAIN_PER_SECOND]).toEqual([10_000, 2_000]);
    expect(passing(0, limit, { source: SOURCE, attempts: 20_000 })).toBe(10_000);
    expect(passing(1_000, limit, { source: SOURCE, attempts: 20_000 })).toBe(2_000);
    expect(passing(2_000, limit, { source: SOURCE, attempts: 20_000 })).toBe(2_000);
  });

  it('is not met by all 12,000 peers of a rendezvous behind one address, each shown again every 15 s', () => {
    const limit = createPlainLimit({ seed: SEED });
    let refused = 0;
    for (let second = 0; second < 60; second++)
      refused += 800 - passing(second * 1_000, limit, { source: SOURCE, attempts: 800 });
    expect(refused).toBe(0);
  });

  it.each([
    ['198.51.100.1', '198.51.100.254', 0],
    ['198.51.100.1', '198.51.101.1', 5],
    ['2001:db8:1:2::1', '2001:db8:1:ffff:1:2:3:4', 0],
    ['2001:db8:1::1', '2001:db8:2::1', 5],
    ['2001:db8::1', '2001:db8:0:1:2:3:4:5', 0],
    ['2001:db8::1', '2001:db8:1::1', 5],
    ['fe80::1%eth0', 'fe80::2%eth1', 0],
  ])('counts an IPv4 /24, or an IPv6 /48, as one: %s, then %s', (first, second, left) => {
    const limit = createPlainLimit({ seed: SEED, burst: 5, perSecond: 10 });
    expect(passing(0, limit, { source: first, attempts: 10 })).toBe(5);
    expect(passing(0, limit, { source: second, attempts: 10 })).toBe(left);
  });

  it.each(['127.0.0.1', '127.9.8.7', '::1'])('is none for %s, which nobody can forge from outside', (source) => {
    const limit = createPlainLimit({ seed: SEED, burst: 1, perSecond: 1 });
    expect(passing(0, limit, { source, attempts: 100 })).toBe(100);
  });

  it('holds a flood of forged prefixes to as many tokens as it has slots', () => {
    const limit = createPlainLimit({ seed: SEED, burst: 1, perSecond: 0.001, slots: 16 });
    const sources = Array.from({ length: 1_000 }, (_, n) => `10.${n >> 8}.${n & 255}.1`);
    expect(sources.filter((source) => limit(0, source))).toHaveLength(16);
  });

  it('spreads prefixes over its slots as chance would, those of one network in a row too', () => {
    const limit = createPlainLimit({ seed: SEED, burst: 1, perSecond: 0.001, slots: 65_536 });
    const sources = Array.from({ length: 65_536 }, (_, n) => `10.${n >> 8}.${n & 255}.1`);
    const used = sources.filter((source) => limit(0, source)).length;
    // 1 - 1/e of them.
    expect(Math.abs(used / 65_536 - (1 - Math.exp(-1)))).toBeLessThan(0.01);
  });

  it('puts the same prefixes on other slots under another seed', () => {
    const shared = (seed: number): string => {
      const limit = createPlainLimit({ seed, burst: 1, perSecond: 0.001, slots: 4 });
      return Array.from({ length: 16 }, (_, n) => +limit(0, `192.0.${n}.1`)).join('');
    };
    expect(shared(SEED)).toBe(shared(SEED));
    expect(shared(SEED)).not.toBe(shared(SEED + 1));
  });
});
