/** The whole table of plans held to what happens: every two of the nine NATs that mapping and filtering make, with random ports. */
import { describe, expect, it } from 'vitest';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { BEHAVIOR_PEERS } from '../../../../lab/sim/punch/behaviors.ts';
import { punchInSim } from '../../../../lab/sim/punch/punch.ts';
import { expectedProspect } from '../../../../lab/sim/punch/sample.ts';

const SEEDS = 4;
const LINK = symmetricLink({ latencyMs: 30, jitterMs: 3, loss: 0.05 });
/** A birthday takes some hundred packets. */
const TIMEOUT_MS = 30_000;

const pairs = BEHAVIOR_PEERS.flatMap((a, index) => BEHAVIOR_PEERS.slice(index).map((b) => ({ a, b })));
const titled = pairs.map((pair) => ({ ...pair, title: `${pair.a.name} × ${pair.b.name}` }));

/** The technique and the odds that go with a prospect, and how both sides end. */
const ENDS = {
  direct: ['simultaneous-open', 1, 'direct'],
  asymmetric: ['simultaneous-open', 1, 'direct'],
  birthday: ['birthday', 0.9999999, 'direct'],
  relay: ['relay', 0, 'failed'],
} as const;

describe(`${SEEDS} punches with 5 % loss between`, { timeout: TIMEOUT_MS }, () => {
  it('all pairs of nine NATs', () => {
    expect(pairs).toHaveLength(45);
  });

  it.each(titled)('$title end as the plan says, on both sides', ({ a, b }) => {
    const prospect = expectedProspect(a, b);
    if (!prospect) throw new Error('both have UDP');
    const [technique, odds, outcome] = ENDS[prospect];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const punch = punchInSim({ a: a.access, b: b.access, seed, linkA: LINK, linkB: LINK });
      expect(punch.plan).toMatchObject({ technique, probability: expect.closeTo(odds, 6) });
      expect([punch.a.outcome, punch.b.outcome]).toEqual([outcome, outcome]);
    }
  });

  it.each(titled)('$title are relayed at the least where there is a relay', ({ a, b }) => {
    const outcome = expectedProspect(a, b) === 'relay' ? 'relayed' : 'direct';
    const punch = punchInSim({ a: a.access, b: b.access, seed: 1, linkA: LINK, linkB: LINK, relay: true });
    expect([punch.a.outcome, punch.b.outcome]).toEqual([outcome, outcome]);
  });
});
