/** A mesh: five peers behind five different NATs, each with one socket, who all meet each other at once. */
import { expect, it } from 'vitest';
import { CARRIER_GRADE, CLASSIC_NATS } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { meshInSim } from '../../../../lab/sim/punch/mesh.ts';
import { runs } from '../../../runs.ts';

const ACCESSES = [
  ...CLASSIC_NATS.map((profile) => ({ name: profile.name, access: { kind: 'nat', layers: [profile] } as const })),
  CARRIER_GRADE,
];
const SEEDS = runs(10);

it('five peers behind five different NATs open all of their ten pairs, each side over one socket', () => {
  const link = symmetricLink({ latencyMs: 20, jitterMs: 4, loss: 0.02 });
  for (let seed = 1; seed <= SEEDS; seed++) {
    const paths = meshInSim({ accesses: ACCESSES, seed, link });
    expect(paths.length).toBe(20);
    expect(paths.filter(({ side }) => side.outcome !== 'direct').map(({ from, to }) => [seed, from, to])).toEqual([]);
    const birthdays = paths
      .filter(({ technique }) => technique === 'birthday')
      .map(({ from, to }) => `${from} > ${to}`);
    // What the plain steps do not open: random ports on one side, and a filter of exact ports on the other.
    expect(birthdays.sort()).toEqual([
      'carrier-grade > symmetric',
      'port-restricted > symmetric',
      'symmetric > carrier-grade',
      'symmetric > port-restricted',
    ]);
  }
});
