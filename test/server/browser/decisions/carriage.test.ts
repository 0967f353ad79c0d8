/** What is carried to the process that has the pages, and how much of it. */
import { describe, expect, it } from 'vitest';
import {
  CARRIED_MAX_BYTES,
  CARRIED_PER_SECOND,
  createCarriage,
  createCarriageCounts,
  FRAGMENT_BURST,
  FRAGMENT_PER_SECOND,
} from '../../../../server/browser/decisions/carriage.ts';
import { PAGES_PER_SOURCE } from '../../../../server/browser/decisions/limits.ts';
import type { Attribute } from '../../../../src/stun/attribute.ts';
import { request } from '../../stun/requests.ts';

const fragmentAt = (index: number): string => `${index}`.padStart(8, '0');
const naming = (fragment: string, more: readonly Attribute[] = []): Uint8Array =>
  request([{ type: 'USERNAME', value: `${fragment}:page` }, ...more]);
const [ONE, OTHER] = [fragmentAt(1), fragmentAt(2)];

function open({ fragments = [ONE, OTHER] as readonly string[], workers = 1 } = {}) {
  const counts = createCarriageCounts();
  const carriage = createCarriage({ workers, counts });
  for (const fragment of fragments) carriage.tell(fragment, { isThere: true });
  return { carriage, counts };
}

type Carriage = ReturnType<typeof open>['carriage'];

/** How many of that many are carried at once. */
function carried(carriage: Carriage, fragment: string, { now = 0, count = 1_000 } = {}): number {
  const bytes = naming(fragment);
  return Array.from({ length: count }, () => carriage.judge(now, bytes)).filter((fate) => fate === 'carried').length;
}

describe('a datagram that comes to a process without pages', () => {
  it('is carried from when its fragment is there until that is gone', () => {
    const { carriage, counts } = open({ fragments: [] });
    expect(carriage.judge(0, naming(ONE))).toBe('foreign');
    carriage.tell(ONE, { isThere: true });
    expect(['carried', 'foreign']).toEqual([carriage.judge(0, naming(ONE)), carriage.judge(0, naming(OTHER))]);
    expect(carriage.judge(0, request())).toBe('foreign');
    carriage.tell(ONE, { isThere: false });
    expect(carriage.judge(0, naming(ONE))).toBe('foreign');
    expect(counts).toEqual({ ...createCarriageCounts(), carried: 1 });
  });

  it('is dropped where it is longer than any check', () => {
    const { carriage, counts } = open();
    const padded = (length: number): Uint8Array => {
      const room = length - naming(ONE).length - 4;
      return naming(ONE, [{ type: 'PADDING', value: new Uint8Array(room) }]);
    };
    expect([padded(CARRIED_MAX_BYTES).length, padded(CARRIED_MAX_BYTES + 4).length]).toEqual([400, 404]);
    expect(carriage.judge(0, padded(CARRIED_MAX_BYTES))).toBe('carried');
    expect(carriage.judge(0, padded(CARRIED_MAX_BYTES + 4))).toBe('dropped');
    expect(counts).toMatchObject({ carried: 1, refused: { 'too-long': 1 } });
  });
});

describe('whoever floods a fragment', () => {
  it('has 150 datagrams carried at once and 25 a second, and takes nothing from another', () => {
    const { carriage, counts } = open();
    expect(carried(carriage, ONE, { count: 20_000 })).toBe(FRAGMENT_BURST);
    expect(carried(carriage, OTHER)).toBe(FRAGMENT_BURST);
    expect(carried(carriage, ONE, { now: 1_000 })).toBe(FRAGMENT_PER_SECOND);
    expect(counts.refused).toEqual({ 'too-long': 0, 'too-many-of-fragment': 20_000 - 150 + 850 + 975, 'too-many': 0 });
  });

  it('has no new room by having it told once more', () => {
    const { carriage } = open();
    carried(carriage, ONE);
    carriage.tell(ONE, { isThere: true });
    expect(carried(carriage, ONE)).toBe(0);
  });

  it.each([1, 4])(
    'leaves room to others over time, though it has all that one address may have, of %i processes',
    (workers) => {
      const fragments = Array.from({ length: PAGES_PER_SOURCE * 2 * 3 }, (_, index) => fragmentAt(index));
      const { carriage } = open({ fragments, workers });
      const floodAt = (now: number): number =>
        fragments.reduce((sum, fragment) => sum + carried(carriage, fragment, { now, count: FRAGMENT_BURST }), 0);
      for (let now = 0; now < 4_000; now += 1_000) floodAt(now);
      expect(floodAt(4_000)).toBeLessThan(CARRIED_PER_SECOND / workers);
      carriage.tell('another1', { isThere: true });
      expect(carried(carriage, 'another1', { now: 4_000, count: 100 })).toBe(100);
    },
  );

  it('has no more than 8,000 a second carried by all processes together, whatever number of fragments it has', () => {
    const fragments = Array.from({ length: 1_000 }, (_, index) => fragmentAt(index));
    const workers = Array.from({ length: 4 }, () => open({ fragments, workers: 4 }));
    const count = workers.map(({ carriage }) =>
      fragments.reduce((sum, fragment) => sum + carried(carriage, fragment, { count: 10 }), 0),
    );
    expect(count.reduce((sum, one) => sum + one)).toBe(CARRIED_PER_SECOND);
    expect(workers[0]?.counts.refused['too-many']).toBe(10_000 - CARRIED_PER_SECOND / 4);
  });
});
