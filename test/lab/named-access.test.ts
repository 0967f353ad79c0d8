/** Every access that has a name: the verdict that belongs to it, and that the detection in the simulated lab comes to. */
import { expect, it } from 'vitest';
import { ALL_ACCESSES, behindNat } from '../../lab/accesses.ts';
import { expectedVerdict } from '../../lab/known-behavior.ts';
import { detectInSim } from '../../lab/sim/detect/detect.ts';

const NAMED = ALL_ACCESSES.map((one) => ('access' in one ? one : behindNat(one)));

it('each access has a name of its own and a verdict, in the order of every table', () => {
  expect(NAMED.map(({ name, access }) => [name, expectedVerdict(access)])).toEqual([
    ['full-cone', 'full-cone'],
    ['restricted', 'restricted'],
    ['port-restricted', 'port-restricted'],
    ['symmetric', 'symmetric'],
    ['symmetric-sequential', 'symmetric'],
    ['symmetric-address', 'symmetric'],
    ['symmetric-block', 'symmetric'],
    ['inbound-first', 'port-restricted'],
    ['carrier-grade', 'port-restricted'],
    ['open', 'open'],
    ['firewalled', 'firewalled'],
    ['udp-blocked', 'udp-blocked'],
  ]);
});

it.each(NAMED)('$name is detected as it', ({ access }) => {
  for (let seed = 1; seed <= 5; seed++) {
    expect(detectInSim({ access, seed }).verdict).toEqual({ type: expectedVerdict(access), reason: null });
  }
});
