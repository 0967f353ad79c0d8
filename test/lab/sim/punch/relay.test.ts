/** Punches in the simulated lab with a relay on each side: the real TURN client on the real decisions of the server. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, type NatProfile, PORT_RESTRICTED, SYMMETRIC } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { punchInSim } from '../../../../lab/sim/punch/punch.ts';
import { runs } from '../../../runs.ts';

const SEEDS = runs(10);

/** How both sides of each punch end. */
function outcomes(a: NatProfile, b: NatProfile, relay: boolean): readonly (readonly [string, string])[] {
  const link = symmetricLink({ latencyMs: 30, jitterMs: 10, loss: 0.05 });
  const behind = (profile: NatProfile) => ({ kind: 'nat', layers: [profile] }) as const;
  return Array.from({ length: SEEDS }, (_, seed) => {
    const punch = punchInSim({ a: behind(a), b: behind(b), seed, linkA: link, linkB: link, relay });
    return [punch.a.outcome, punch.b.outcome];
  });
}

describe(`${SEEDS} punches with a relay over links that lose 5 %`, { timeout: 30_000 }, () => {
  it('symmetric × symmetric: each is relayed on both sides, and fails on both without the relay', () => {
    expect(outcomes(SYMMETRIC, SYMMETRIC, true)).toEqual(Array(SEEDS).fill(['relayed', 'relayed']));
    expect(outcomes(SYMMETRIC, SYMMETRIC, false)).toEqual(Array(SEEDS).fill(['failed', 'failed']));
  });

  it.each([1, 30, 100])('symmetric × symmetric, %i ms one way: one of the two relays is enough', (latencyMs) => {
    const link = symmetricLink({ latencyMs });
    const behind = { kind: 'nat', layers: [SYMMETRIC] } as const;
    const relays = Array.from({ length: SEEDS }, (_, seed) => {
      const { a, b } = punchInSim({ a: behind, b: behind, seed, linkA: link, linkB: link, relay: true });
      return [a, b].filter(({ outcome, endpoints }) => outcome === 'relayed' && endpoints?.local === null).length;
    });
    expect(relays).toEqual(Array(SEEDS).fill(1));
  });

  it('symmetric × full cone: each is direct on both sides, although there is a relay', () => {
    expect(outcomes(SYMMETRIC, FULL_CONE, true)).toEqual(Array(SEEDS).fill(['direct', 'direct']));
  });

  it('symmetric × port-restricted: a birthday replaces the relayed pair on both sides', () => {
    expect(outcomes(SYMMETRIC, PORT_RESTRICTED, true)).toEqual(Array(SEEDS).fill(['direct', 'direct']));
  });
});
