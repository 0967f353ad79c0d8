import { describe, expect, it } from 'vitest';
import { createRandom, sfc32 } from '../../../../lab/sim/network/random.ts';

const take = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

describe('random', () => {
  it('draws the words that the reference sfc32 of PractRand draws from the seed 0, 2, 1', () => {
    expect(take(16, sfc32([0, 2, 1]))).toEqual([
      0x03b80bb8, 0xa87dbc7e, 0x1787178c, 0x4c7b7234, 0xc65dade2, 0x2c692349, 0xf52c2153, 0xdf098072, 0x9d49b03c,
      0x9562381a, 0xc9b41738, 0x64b75e54, 0x36ce9b32, 0xf106947e, 0x0afc726b, 0x549bbc87,
    ]);
  });

  it('gives the same numbers for the same seed and others for another', () => {
    expect(take(8, createRandom(1).next)).toEqual(take(8, createRandom(1).next));
    expect(take(8, createRandom(1).next)).not.toEqual(take(8, createRandom(2).next));
    expect(take(8, createRandom(1).next)).not.toEqual(take(8, createRandom(1 + 2 ** 32).next));
  });

  it('forks streams that do not depend on what was drawn before', () => {
    const drawn = createRandom(1);
    take(100, drawn.next);
    expect(take(8, drawn.fork('link').next)).toEqual(take(8, createRandom(1).fork('link').next));
  });

  it('forks another stream for every label and every order of labels', () => {
    const root = createRandom(1);
    const streams = [root, root.fork(''), root.fork('a'), root.fork('b'), root.fork('ab'), root.fork('a').fork('b')];
    const firsts = [...streams, root.fork('b').fork('a')].map((stream) => stream.next());
    expect(new Set(firsts).size).toBe(7);
  });

  it('draws integers below the bound, each about as often', () => {
    const random = createRandom(7);
    const counts = [0, 0, 0, 0, 0];
    for (let draw = 0; draw < 10_000; draw++) {
      const value = random.integer(5);
      counts[value] = (counts[value] ?? Number.NaN) + 1;
    }
    // 2,000 each, five standard deviations of √(10,000 · 0.2 · 0.8) = 40 either way.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('draws bytes of the length asked for', () => {
    expect(createRandom(7).bytes(12)).toHaveLength(12);
    expect(new Set(createRandom(7).bytes(4096)).size).toBe(256);
  });
});
