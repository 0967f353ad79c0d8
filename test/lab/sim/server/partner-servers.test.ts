/** Two servers with one address each, found by the real detection through every NAT as one with two is. */
import { describe, expect, it } from 'vitest';
import { expectedVerdict } from '../../../../lab/known-behavior.ts';
import { CLASSIC_NATS, FULL_CONE, type NatProfile } from '../../../../lab/profiles.ts';
import { detectInSim, type SimDetection } from '../../../../lab/sim/detect/detect.ts';
import { drawAccess } from '../../../../lab/sim/detect/random-access.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { createRandom } from '../../../../lab/sim/network/random.ts';
import { createWorld, type World } from '../../../../lab/sim/network/world.ts';
import { addPartnerServers, type SimPartner } from '../../../../lab/sim/server/partner-servers.ts';
import type { Layout } from '../../../../server/stun/decisions/layout.ts';
import { DEPENDENCIES } from '../../../../src/nat/behavior.ts';
import { runs, seeds } from '../../../runs.ts';

const SEEDS = seeds(25);
const LINK = symmetricLink({ latencyMs: 40, jitterMs: 10 });
const addServers = (world: World, layout: Layout): void => void addPartnerServers(world, { layout, link: LINK });

/** What a detection says of the access. */
function found(options: SimDetection) {
  const { verdict, mapping, filtering, translation, pooling } = detectInSim(options);
  return { verdict, mapping: mapping.behavior, filtering: filtering.behavior, translation, pooling };
}

describe('two simulated partners', () => {
  it.each(CLASSIC_NATS.map((nat) => [nat.name, nat] as const))('find %s', (name, nat) => {
    for (const seed of SEEDS) {
      const options = { access: { kind: 'nat', layers: [nat] }, seed, link: LINK } as const;
      const ofPartners = found({ ...options, addServers });
      expect(ofPartners).toEqual(found(options));
      expect(ofPartners.verdict).toEqual({ type: name, reason: null });
    }
  });

  const cells = DEPENDENCIES.flatMap((mapping) => DEPENDENCIES.map((filtering) => [mapping, filtering] as const));
  it.each(cells)('say of %s mapping and %s filtering what one server says', (mapping, filtering) => {
    for (const ports of ['preserved', 'sequential', 'random', 'block'] as const) {
      const nat: NatProfile = { ...FULL_CONE, name: 'nat', mapping, filtering, ports };
      const options = { access: { kind: 'nat', layers: [nat] }, seed: 1, link: LINK } as const;
      expect(found({ ...options, addServers })).toEqual(found(options));
    }
  });

  it('find what an access over IPv6 does', () => {
    for (const filtering of DEPENDENCIES) {
      const options = {
        access: { kind: 'firewall', filtering, lifetimeMs: 30_000 },
        family: 'IPv6',
        seed: 3,
        link: LINK,
      } as const;
      expect(found({ ...options, addServers })).toEqual(found(options));
    }
  });

  it('name no random access wrongly, with one packet of twenty lost each way', () => {
    const link = symmetricLink({ latencyMs: 40, jitterMs: 10, loss: 0.05 });
    const wrong = seeds(200).map((seed) => {
      const access = drawAccess(createRandom(seed).fork('access'));
      const { type } = detectInSim({ access, seed, link, addServers }).verdict;
      return type === expectedVerdict(access) || type === 'inconclusive' ? null : `${seed}: ${type}`;
    });
    expect(wrong.filter((one) => one !== null)).toEqual([]);
  });
});

/** A detection has ended by then. */
const MOMENTS_MS = 1_600;

describe('a simulated partner', () => {
  const start = () => {
    const world = createWorld({ seed: 7 });
    const partners = addPartnerServers(world, { link: LINK });
    const standings = () => partners.map(({ standing }) => standing());
    return { world, partners, standings };
  };

  it('that dies is given up within 1.5 s and the way of one packet, and comes back by itself', () => {
    const { world, partners, standings } = start();
    const [, other] = partners;
    const begun = world.clock.now();
    other.host.cutLink();
    while (standings()[0] === 'up') world.clock.step();
    expect(world.clock.now() - begun).toBeLessThanOrEqual(1_750);
    world.clock.runUntil(begun + 60_000);
    expect(standings()).toEqual(['silent', 'silent']);
    other.host.restoreLink();
    world.clock.runUntil(begun + 60_000 + 1_000);
    expect(standings()).toEqual(['up', 'up']);
  });

  it('that dies comes back as a new process', () => {
    const { world, partners, standings } = start();
    partners[1].restart(5_000);
    world.clock.runUntil(world.clock.now() + 4_900);
    expect(standings()).toEqual(['silent', 'silent']);
    world.clock.runUntil(world.clock.now() + 1_000);
    expect(standings()).toEqual(['up', 'up']);
  });

  const ends: readonly (readonly [string, (partner: SimPartner) => void])[] = [
    ['dies', ({ host }) => host.cutLink()],
    ['begins anew', ({ restart }) => restart(300)],
  ];
  const cases = ends.flatMap(([what, end]) => CLASSIC_NATS.map((nat) => [what, nat.name, nat, end] as const));
  it.each(cases)('that %s at any moment of a detection makes no wrong verdict of %s', (_, name, nat, end) => {
    const verdicts = Array.from({ length: runs(64) }, (_, index) => {
      const afterMs = (index * MOMENTS_MS) / runs(64);
      return detectInSim({
        access: { kind: 'nat', layers: [nat] },
        seed: index + 1,
        link: LINK,
        addServers: (world, layout) => {
          const [, other] = addPartnerServers(world, { layout, link: LINK });
          world.clock.schedule(world.clock.now() + afterMs, () => end(other));
        },
      }).verdict;
    });
    const isFound = verdicts.filter(({ type }) => type === name);
    expect(isFound.length).toBeGreaterThan(0);
    // What is not found has a reason.
    expect(verdicts.filter((one) => !isFound.includes(one) && !(one.type === 'inconclusive' && one.reason))).toEqual(
      [],
    );
  });
});
