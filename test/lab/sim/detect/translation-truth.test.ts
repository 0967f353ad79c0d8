/** Over many NATs, links and seeds: the kind of translation that a detection names is one that is true. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  CARRIER_GRADE,
  CLASSIC_NATS,
  DYNAMIC,
  type NatProfile,
  PORT_RESTRICTED,
  STATIC,
  STATIC_FILTERED,
} from '../../../../lab/profiles.ts';
import { detectInSim } from '../../../../lab/sim/detect/detect.ts';
import { observedTranslation } from '../../../../lab/sim/detect/observed-translation.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { seeds } from '../../../runs.ts';

const SEEDS = seeds(12);

const behind = (nat: NatProfile): AccessProfile => ({ kind: 'nat', layers: [nat] });

const NATS: readonly NatProfile[] = [
  ...CLASSIC_NATS,
  ...(['preserved', 'sequential', 'random', 'block'] as const).flatMap((ports) =>
    (['paired', 'arbitrary'] as const).map(
      (pooling): NatProfile => ({
        ...PORT_RESTRICTED,
        name: `${ports}, ${pooling}`,
        ports,
        poolSize: 4,
        pooling,
      }),
    ),
  ),
  STATIC,
  STATIC_FILTERED,
  DYNAMIC,
];

describe.each([0, 0.1])('at a loss of %d each way', (loss) => {
  it.each([
    ...NATS.map((nat) => [nat.name, behind(nat)] as const),
    [CARRIER_GRADE.name, CARRIER_GRADE.access] as const,
  ])('no kind is named that %s is not, with a busy neighbour or without', (_name, access) => {
    const truth = observedTranslation(access);
    const named = SEEDS.map((seed) => {
      const link = symmetricLink({ latencyMs: (seed * 10) % 100, jitterMs: 10, loss });
      const neighbour = seed % 2 === 0 ? { neighbourGapMs: 20 } : {};
      return detectInSim({ access, seed, link, ...neighbour }).translation.kind;
    });
    const wrong = named.filter((kind) => kind !== 'undetermined' && !truth?.kinds.includes(kind));
    expect(wrong).toEqual([]);
    const isTold = named.every((kind) => kind !== 'undetermined');
    if (truth?.isSeen && loss === 0) expect(isTold).toBe(true);
  });
});
