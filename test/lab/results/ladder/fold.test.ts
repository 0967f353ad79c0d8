import { expect, it } from 'vitest';
import { foldSteps } from '../../../../lab/results/ladder/fold.ts';
import { step } from '../example.ts';

const folded = (...given: Parameters<typeof foldSteps>) =>
  foldSteps(...given).map(({ step: { atMs, what }, count, lastAtMs, bytes }) => [
    what,
    count,
    atMs,
    lastAtMs,
    bytes.least,
    bytes.most,
  ]);

it('a packet that comes again is told once, with its sizes and its times', () => {
  expect(
    folded([step(1, { bytes: 40 }), step(2, { bytes: 60 }), step(5, { bytes: 50 }), step(9, { what: 'DTLS' })]),
  ).toEqual([
    ['UDP', 3, 1, 5, 40, 60],
    ['DTLS', 1, 9, 9, 96, 96],
  ]);
});

it('a request and its answer that come again are told once', () => {
  const pair = (atMs: number) => [
    step(atMs, { what: 'request' }),
    step(atMs + 1, { what: 'answer', from: 'b', to: 'a' }),
  ];
  expect(folded([step(0), ...pair(10), ...pair(20), ...pair(30), step(40, { what: 'request' })])).toEqual([
    ['UDP', 1, 0, 0, 96, 96],
    ['request', 3, 10, 30, 96, 96],
    ['answer', 3, 11, 31, 96, 96],
    ['request', 1, 40, 40, 96, 96],
  ]);
});

it('what was dropped is not told with what arrived', () => {
  const dropped = { at: "b's router", why: 'no mapping' };
  expect(folded([step(1, { dropped }), step(2), step(3)]).map(([, count]) => count)).toEqual([1, 2]);
});

it('an empty ladder has no rungs', () => {
  expect(foldSteps([])).toEqual([]);
});
