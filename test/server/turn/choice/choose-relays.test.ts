/** Which of the relays that there are a room gets. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRelays } from '../../../../server/turn/choice/choose-relays.ts';
import type { RelayOffer } from '../../../../server/turn/choice/offer.ts';

const relay = (name: string, more: Partial<RelayOffer> = {}): RelayOffer => ({
  ...{ name, urls: [`turn:${name}`], region: null, load: 0 },
  ...more,
});
/** Gives these numbers in turn. */
const drawing = (...numbers: readonly number[]) => {
  let at = 0;
  return (): number => numbers[at++ % numbers.length] ?? 0;
};
const choose = (
  relays: readonly RelayOffer[],
  {
    count = 1,
    last = [],
    near = null,
    random = drawing(0),
  }: {
    readonly count?: number;
    readonly last?: readonly string[];
    readonly near?: string | null;
    readonly random?: () => number;
  } = {},
): readonly string[] => chooseRelays(relays, { count, last, near, random }).map(({ name }) => name);

describe('a room', () => {
  it('gets the lighter of two that are drawn, and not the lightest of all', () => {
    const three = [relay('a', { load: 0.9 }), relay('b', { load: 0.5 }), relay('c', { load: 0 })];
    expect(choose(three, { random: drawing(0, 0) })).toEqual(['b']);
    expect(choose(three, { random: drawing(0, 0.5) })).toEqual(['c']);
    expect(choose(three, { random: drawing(0.4, 0.5) })).toEqual(['b']);
  });

  it('gets one that is near before one that is lighter', () => {
    const far = relay('far', { region: 'eu' });
    const near = relay('near', { region: 'us', load: 0.9 });
    expect(choose([far, near], { near: 'us' })).toEqual(['near']);
    expect(choose([far, near], { near: 'asia', random: drawing(0) })).toEqual(['far']);
  });

  it('gets one that is full only where there is no other, however near that is', () => {
    const full = relay('full', { region: 'us', load: 1 });
    expect(choose([full, relay('far', { load: 0.99 })], { near: 'us' })).toEqual(['far']);
    expect(choose([full], { near: 'us' })).toEqual(['full']);
  });

  it('keeps what it has, unless that is full or gone', () => {
    const had = { last: ['a'], near: 'us' };
    const b = relay('b', { region: 'us' });
    expect(choose([relay('a', { load: 0.9 }), b], had)).toEqual(['a']);
    expect(choose([relay('a', { load: 1 }), b], had)).toEqual(['b']);
    expect(choose([relay('a', { load: 1 }), relay('c', { load: 2 })], had)).toEqual(['a']);
    expect(choose([b], had)).toEqual(['b']);
  });

  it('gets two of those of which nothing is known, each as often as another', () => {
    const pool = ['a', 'b', 'c', 'd'].map((name) => relay(name, { load: null }));
    const times = new Map<string, number>();
    for (let first = 0; first < 1; first += 0.25) {
      for (let second = 0; second < 1; second += 1 / 3) {
        const names = choose(pool, { count: 2, random: drawing(first, 0.5, second, 0.5) });
        for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
      }
    }
    expect([...times.values()]).toEqual([6, 6, 6, 6]);
  });

  it('gets nothing where there is nothing', () => {
    expect(choose([])).toEqual([]);
  });
});

const RELAYS = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    urls: fc.constant(['turn:x']),
    region: fc.constantFrom(null, 'eu', 'us'),
    load: fc.oneof(fc.constant(null), fc.double({ min: 0, max: 2, noNaN: true })),
  }),
  { selector: ({ name }) => name },
);
const HOW = fc.record({
  count: fc.nat(3),
  last: fc.array(fc.constantFrom<string[]>('a', 'b', 'z'), { maxLength: 2 }),
  near: fc.constantFrom(null, 'eu', 'asia'),
});
const DRAWS = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 });

it('whatever there is, as many as there can be are chosen, each once, and none that is full or far before one that is not', () => {
  fc.assert(
    fc.property(RELAYS, HOW, DRAWS, (relays, how, draws) => {
      const chosen = chooseRelays(relays, { ...how, last: [...new Set(how.last)], random: drawing(...draws) });
      expect(chosen).toHaveLength(Math.min(how.count, relays.length));
      expect(new Set(chosen).size).toBe(chosen.length);
      const isFree = ({ load }: RelayOffer) => load === null || load < 1;
      const left = relays.filter((one) => !chosen.includes(one));
      if (left.some(isFree)) expect(chosen.filter((one) => !isFree(one))).toEqual([]);
      const isNear = ({ region }: RelayOffer) => region !== null && region === how.near;
      if (left.some((one) => isFree(one) && isNear(one))) {
        expect(chosen.filter((one) => !isNear(one) && !how.last.includes(one.name))).toEqual([]);
      }
    }),
  );
});

it('of a hundred relays with old loads none gets more than a twentieth of a thousand rooms', () => {
  const relays = Array.from({ length: 100 }, (_, index) => relay(String(index), { load: index / 100 }));
  let state = 1;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const rooms = new Map<string, number>();
  for (let room = 0; room < 1_000; room++) {
    const [name = ''] = choose(relays, { random });
    rooms.set(name, (rooms.get(name) ?? 0) + 1);
  }
  expect(Math.max(...rooms.values())).toBeLessThanOrEqual(50);
});
