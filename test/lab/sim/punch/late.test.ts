/** A relay that comes while the attempt is under way is told to the peer, which has waited for nothing else. */
import { expect, it } from 'vitest';
import { SYMMETRIC } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { punchInSim } from '../../../../lab/sim/punch/punch.ts';

const NAT = { kind: 'nat', layers: [SYMMETRIC] } as const;
const link = symmetricLink({ latencyMs: 20 });

it.each([1, 2, 3, 4, 5])('two symmetric NATs meet through a relay that answers after 4 s, seed %i', (seed) => {
  const { a, b, plan } = punchInSim({
    ...{ a: NAT, b: NAT, seed, linkA: link, linkB: link },
    ...{ relay: true, relayAfterMs: 4_000 },
  });
  expect(plan).toMatchObject({ technique: 'relay' });
  expect([a.outcome, b.outcome]).toEqual(['relayed', 'relayed']);
});

it('a relay that is there at once is told with the rest', () => {
  const { a, b } = punchInSim({ a: NAT, b: NAT, seed: 1, linkA: link, linkB: link, relay: true });
  expect([a.outcome, b.outcome]).toEqual(['relayed', 'relayed']);
  expect(Math.max(a.ms, b.ms)).toBeLessThan(1_000);
});
