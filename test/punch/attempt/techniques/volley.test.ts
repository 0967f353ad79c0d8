/** Paced packets, and numbers drawn without repetition. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDraw, createVolley } from '../../../../src/punch/attempt/techniques/volley.ts';

it('a volley sends at its rate, and never more than its number', () => {
  const volley = createVolley({ count: 5, perSecond: 500, startAt: 100, make: (index) => index });
  const sent: (readonly [number, number])[] = [];
  for (let now = 99; now < 120; now++) {
    for (let next = volley.next(now); 'item' in next; next = volley.next(now)) sent.push([now, next.item]);
  }
  expect(sent).toEqual([
    [100, 0],
    [102, 1],
    [104, 2],
    [106, 3],
    [108, 4],
  ]);
  expect(volley.next(200)).toEqual({ until: Number.POSITIVE_INFINITY });
  expect(volley.sent()).toBe(5);
});

it('a volley that was held up sends what is due, and says when the next one is', () => {
  const volley = createVolley({ count: 9, perSecond: 500, startAt: 0, make: (index) => index });
  const due: number[] = [];
  let next = volley.next(5);
  for (; 'item' in next; next = volley.next(5)) due.push(next.item);
  expect([due, next]).toEqual([[0, 1, 2], { until: 6 }]);
});

it('a draw gives each number of its range once, whatever chance says', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60_000 }),
      fc.nat({ max: 50 }),
      fc.infiniteStream(fc.nat()),
      (first, count, chance) => {
        const draw = createDraw({ first, count, randomInteger: (below) => (chance.next().value as number) % below });
        const drawn = Array.from({ length: count }, draw);
        expect(drawn.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
          Array.from({ length: count }, (_, index) => first + index),
        );
        expect(draw()).toBeNull();
      },
    ),
  );
});

it.each([0, -1, Number.NaN])('a volley and a draw of %d give nothing, and ask chance for nothing', (count) => {
  const never = (): never => {
    throw new Error('asked');
  };
  const volley = createVolley({ count, perSecond: 500, startAt: 0, make: never });
  expect([volley.next(10), volley.sent()]).toEqual([{ until: Number.POSITIVE_INFINITY }, 0]);
  expect(createDraw({ first: 1024, count, randomInteger: never })()).toBeNull();
});
