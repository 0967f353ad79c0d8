/** NATs with several public addresses, any of which a socket may get toward a peer, in the simulated lab. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  FULL_CONE,
  type NatProfile,
  RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_SEQUENTIAL,
} from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { punchInSim } from '../../../../lab/sim/punch/punch.ts';
import { runs } from '../../../runs.ts';

const SEEDS = runs(50);
const link = symmetricLink({ latencyMs: 20, jitterMs: 2 });
const behind = (profile: NatProfile): AccessProfile => ({ kind: 'nat', layers: [profile] });
const pooled = (profile: NatProfile, poolSize: number): AccessProfile =>
  behind({ ...profile, poolSize, pooling: 'arbitrary' });

describe(`${SEEDS} punches of a symmetric NAT with a pool of addresses`, () => {
  it.each([
    ['a restricted NAT, of four', behind(RESTRICTED), pooled(SYMMETRIC, 4)],
    ['a restricted NAT, of four, counting ports', behind(RESTRICTED), pooled(SYMMETRIC_SEQUENTIAL, 4)],
    ['a restricted NAT, of two', pooled(SYMMETRIC, 2), behind(RESTRICTED)],
    ['a full cone, of four', pooled(SYMMETRIC, 4), behind(FULL_CONE)],
  ] as const)('with %s: each is direct on both sides', (_name, a, b) => {
    const punches = Array.from({ length: SEEDS }, (_, index) =>
      punchInSim({ a, b, seed: index + 1, linkA: link, linkB: link }),
    );
    expect(punches.flatMap((punch) => [punch.a.outcome, punch.b.outcome])).toEqual(Array(2 * SEEDS).fill('direct'));
  });
});
