import { expect, it } from 'vitest';
import { behindNat } from '../../../lab/accesses.ts';
import { FULL_CONE, SYMMETRIC } from '../../../lab/profiles.ts';
import { onlyPairs } from '../../../lab/run/only.ts';

const grid = { rows: [behindNat(FULL_CONE)], columns: [behindNat(FULL_CONE), behindNat(SYMMETRIC)] };

it.each(['full-cone × symmetric', 'full-cone×symmetric', 'full-cone x symmetric'])(
  '"%s" is that pair alone',
  (text) => {
    const only = onlyPairs([text], grid);
    expect(only('full-cone', 'symmetric')).toBe(true);
    expect(only('full-cone', 'full-cone')).toBe(false);
  },
);

it.each([
  ['full-cone', '--only takes a pair, such as "full-cone × full-cone", not "full-cone"'],
  ['symmetric × full-cone', '--only: there is no row symmetric; there are full-cone'],
  ['full-cone × open', '--only: there is no column open; there are full-cone, symmetric'],
])('"%s" is refused', (text, message) => {
  expect(() => onlyPairs([text], grid)).toThrow(message);
});
