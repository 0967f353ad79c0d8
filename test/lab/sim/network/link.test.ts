import { describe, expect, it } from 'vitest';
import { createPipe, PERFECT_CONDITIONS, symmetricLink } from '../../../../lab/sim/network/link.ts';
import { createRandom } from '../../../../lab/sim/network/random.ts';

const pipeOf = (conditions: Partial<typeof PERFECT_CONDITIONS>, seed = 1) =>
  createPipe({ ...PERFECT_CONDITIONS, ...conditions }, createRandom(seed));

/** Arrivals of `count` packets sent one per ms. */
const send = (pipe: ReturnType<typeof createPipe>, count: number) => Array.from({ length: count }, (_, at) => pipe(at));

describe('link', () => {
  it('delivers at once when perfect, and after the latency otherwise', () => {
    expect(pipeOf({})(5)).toEqual([5]);
    expect(pipeOf({ latencyMs: 30 })(5)).toEqual([35]);
  });

  it('adds jitter from 0 to its bound without changing the order', () => {
    const arrivals = send(pipeOf({ latencyMs: 10, jitterMs: 20 }), 1000).flat();
    const delays = arrivals.map((arrival, sent) => arrival - sent);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...delays)).toBeLessThan(30);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(5);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
  });

  it('loses the asked share of packets', () => {
    const lost = send(pipeOf({ loss: 0.1 }), 10_000).filter((arrivals) => arrivals.length === 0).length;
    // Five standard deviations of √(10,000 · 0.1 · 0.9) = 30 either way.
    expect(Math.abs(lost - 1000)).toBeLessThan(150);
    expect(send(pipeOf({ loss: 1 }), 100).flat()).toEqual([]);
  });

  it('loses the asked share also in bursts, in runs of the asked mean length', () => {
    const lost = send(pipeOf({ loss: 0.1, lossBurst: 4 }), 100_000).map((arrivals) => arrivals.length === 0);
    const total = lost.filter(Boolean).length;
    const runs = lost.filter((isLost, index) => isLost && !lost[index - 1]).length;
    expect(total / lost.length).toBeCloseTo(0.1, 2);
    expect(total / runs).toBeCloseTo(4, 0);
  });

  it('holds the asked share of packets back while later ones pass', () => {
    const held = send(pipeOf({ latencyMs: 10, reordering: 0.1, holdMs: 25 }), 10_000);
    const delays = held.map(([arrival = Number.NaN], sent) => arrival - sent);
    expect(new Set(delays)).toEqual(new Set([10, 35]));
    expect(Math.abs(delays.filter((delay) => delay === 35).length - 1000)).toBeLessThan(150);
  });

  it('doubles the asked share of packets', () => {
    const copies = send(pipeOf({ latencyMs: 10, duplication: 0.1 }), 10_000).filter(
      (arrivals) => arrivals.length === 2,
    );
    expect(Math.abs(copies.length - 1000)).toBeLessThan(150);
  });

  it('does to each packet the same for the same seed, and something else for another', () => {
    const rough = { latencyMs: 10, jitterMs: 20, loss: 0.1, reordering: 0.1, holdMs: 30, duplication: 0.1 };
    expect(send(pipeOf(rough), 100)).toEqual(send(pipeOf(rough), 100));
    expect(send(pipeOf(rough), 100)).not.toEqual(send(pipeOf(rough, 2), 100));
  });

  it('gives a packet the same delay whether or not others are lost', () => {
    const conditions = { latencyMs: 10, jitterMs: 0.5 };
    const lossless = send(pipeOf(conditions), 100);
    const lossy = send(pipeOf({ ...conditions, loss: 0.3 }), 100);
    const survivors = lossy.flatMap(([arrival], sent) => (arrival === undefined ? [] : [{ arrival, sent }]));
    expect(survivors.length).toBeLessThan(100);
    for (const { arrival, sent } of survivors) expect([arrival]).toEqual(lossless[sent]);
  });

  it.each([
    [{ latencyMs: -1 }, 'latencyMs is -1; it must be a number of at least 0'],
    [{ jitterMs: Number.POSITIVE_INFINITY }, 'jitterMs is Infinity; it must be a number of at least 0'],
    [{ holdMs: Number.NaN }, 'holdMs is NaN; it must be a number of at least 0'],
    [{ loss: 1.5 }, 'loss is 1.5; it must be a number from 0 to 1'],
    [{ reordering: -0.1 }, 'reordering is -0.1; it must be a number from 0 to 1'],
    [{ duplication: 50 }, 'duplication is 50; it must be a number from 0 to 1'],
    [{ lossBurst: 0.5 }, 'lossBurst is 0.5; it must be a number of at least 1'],
  ])('refuses %j', (conditions, message) => {
    expect(() => symmetricLink(conditions)).toThrow(new RangeError(message));
    expect(() => pipeOf(conditions)).toThrow(new RangeError(message));
  });
});
