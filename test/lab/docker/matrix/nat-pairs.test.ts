import { expect, it } from 'vitest';
import { labProfiles, natPairs } from '../../../../lab/docker/matrix/nat-pairs.ts';
import { FULL_CONE, SYMMETRIC } from '../../../../lab/profiles.ts';

const PROFILES = [FULL_CONE, SYMMETRIC];

it('every row meets every column, each with what arithmetic says', () => {
  const outcomes = (hasRelay: boolean) =>
    natPairs(PROFILES, { hasRelay }).map(({ name, expected }) => [name, expected.outcome]);
  expect(outcomes(true)).toEqual([
    ['full-cone × full-cone', 'direct'],
    ['full-cone × symmetric', 'direct'],
    ['symmetric × full-cone', 'direct'],
    ['symmetric × symmetric', 'relayed'],
  ]);
  expect(outcomes(false).at(-1)).toEqual(['symmetric × symmetric', 'failed']);
});

it('the two sites of a pair are never the same one', () => {
  expect(labProfiles(PROFILES)).toEqual([...PROFILES, ...PROFILES]);
  const lab = { nat: (name: string) => name as never };
  expect(natPairs(PROFILES).map(({ sitesIn }) => sitesIn(lab))).toEqual([
    { a: 'full-cone', b: 'full-cone-2' },
    { a: 'full-cone', b: 'symmetric-2' },
    { a: 'symmetric', b: 'full-cone-2' },
    { a: 'symmetric', b: 'symmetric-2' },
  ]);
});
