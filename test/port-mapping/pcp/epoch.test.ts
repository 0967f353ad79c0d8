import { expect, it } from 'vitest';
import { hasLostState } from '../../../src/port-mapping/pcp/epoch.ts';

const at = (epochS: number, seconds: number) => ({ epochS, atMs: seconds * 1000 });

it.each([
  ['nothing was heard before', null, at(0, 0), false],
  ['both clocks go on alike', at(1_000, 0), at(4_600, 3_600), false],
  ['its time goes back by a second', at(1_000, 0), at(999, 1), false],
  ['its time goes back by two', at(1_000, 0), at(998, 0), true],
  ['it has begun anew', at(100_000, 0), at(60, 3_600), true],
  ['its clock is slow by a sixteenth and 2 s', at(0, 0), at(1_498, 1_600), false],
  ['its clock is slower than that', at(0, 0), at(1_497, 1_600), true],
  ['its clock is fast by a sixteenth and 2 s', at(0, 0), at(1_600, 1_498), false],
  ['its clock is faster than that', at(0, 0), at(1_600, 1_497), true],
  ['it has run for longer before than now, which another clock would hide', at(60, 0), at(120, 3_600), true],
] as const)('where %s, a server has lost its state: %o, %o: %s', (_name, before, now, expected) => {
  expect(hasLostState(before, now)).toBe(expected);
});
