/** Detections in simulated browsers through two servers with one address each, of which one lends its endpoints to the other. */
import { describe, expect, it } from 'vitest';
import {
  CLASSIC_NATS,
  FULL_CONE,
  INBOUND_FIRST,
  type NatProfile,
  SYMMETRIC_ADDRESS,
} from '../../../../lab/profiles.ts';
import { detectByBrowserInSim, type SimBrowserDetection } from '../../../../lab/sim/browser/detect.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import type { SimPartner } from '../../../../lab/sim/server/partner-servers.ts';
import { LAB_LAYOUT_IPV6 } from '../../../../lab/sim/server/stun-server.ts';
import { runs, seeds } from '../../../runs.ts';

const SEEDS = seeds(20);
/** A detection has ended by then, mostly. */
const MOMENTS_MS = 2_400;
const BROWSERS = ['chromium', 'firefox'] as const;
const FIREWALL = { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 60_000 } as const;
const NATS: readonly NatProfile[] = [...CLASSIC_NATS, SYMMETRIC_ADDRESS, INBOUND_FIRST];

/** What comes out over all seeds; each different row once. */
function rowsOf(options: Omit<SimBrowserDetection, 'seed'>): readonly string[] {
  const rows = SEEDS.map((seed) => {
    const { verdict, mapping, filtering } = detectByBrowserInSim({ ...options, seed }).report;
    return `${verdict.type}: ${mapping.behavior}, ${filtering.behavior}`;
  });
  return [...new Set(rows)];
}

describe.each(BROWSERS)('a detection in %s by two partners', (browser) => {
  it.each(NATS)('says of $name what one server with two addresses says', (access) => {
    const options = { access, browser, link: symmetricLink({ latencyMs: 40, jitterMs: 10 }) };
    const found = rowsOf({ ...options, partners: {} });
    expect(found).toEqual(rowsOf(options));
    expect(found).toHaveLength(1);
  });

  it.each(NATS)('says the same of $name where a twentieth of the packets is lost each way', (access) => {
    const options = { access, browser, link: symmetricLink({ latencyMs: 20, jitterMs: 10, loss: 0.05 }) };
    expect(rowsOf({ ...options, partners: {} })).toEqual(rowsOf(options));
  });

  it('is never wrong where the way of both servers loses a tenth, and that of the browser a quarter in bursts', () => {
    const link = symmetricLink({ latencyMs: 20, jitterMs: 10, loss: 0.25, lossBurst: 3 });
    const partners = { link: symmetricLink({ latencyMs: 20, jitterMs: 10, loss: 0.1 }) };
    for (const access of NATS) {
      const types = rowsOf({ access, browser, link, partners }).map((row) => row.split(':', 1)[0]);
      const [type] = rowsOf({ access, browser, link: symmetricLink({ latencyMs: 20 }) })[0]?.split(':', 1) ?? [];
      expect(types.filter((one) => one !== type && one !== 'inconclusive')).toEqual([]);
    }
  });

  it('takes no silence for a filter where the partner does not send, to another public address than it has heard', () => {
    const access: NatProfile = { ...FULL_CONE, poolSize: 4, pooling: 'arbitrary' };
    const found = SEEDS.map((seed) => {
      const { filtering } = detectByBrowserInSim({ access, browser, seed, partners: {} }).report;
      return filtering.reason ?? filtering.behavior;
    });
    expect(new Set(found)).toEqual(new Set(['endpoint-independent', 'several-public-addresses']));
  });

  const ends: readonly (readonly [string, (partner: SimPartner | null) => void])[] = [
    ['dies', (partner) => partner?.host.cutLink()],
    ['begins anew', (partner) => partner?.restart(300)],
  ];
  const cases = ends.flatMap(([what, end]) => CLASSIC_NATS.map((nat) => [what, nat.name, nat, end] as const));
  it.each(cases)('makes no wrong verdict where the partner %s at any moment, behind %s', (_, name, access, end) => {
    const verdicts = Array.from({ length: runs(48) }, (_, index) => {
      const afterMs = (index * MOMENTS_MS) / runs(48);
      return detectByBrowserInSim({
        ...{
          access,
          browser,
          seed: index + 1,
          partners: {},
          link: symmetricLink({ latencyMs: 40, jitterMs: 10 }),
        },
        disturb: ({ clock }, _site, partner) => clock.schedule(clock.now() + afterMs, () => end(partner)),
      }).report.verdict;
    });
    const isFound = verdicts.filter(({ type }) => type === name);
    expect(isFound.length).toBeGreaterThan(0);
    // What is not found has a reason.
    expect(verdicts.filter((one) => !isFound.includes(one) && !(one.type === 'inconclusive' && one.reason))).toEqual(
      [],
    );
  });

  it('says the same over IPv6', () => {
    const options = { browser, family: 'IPv6', layout: LAB_LAYOUT_IPV6, partners: {} } as const;
    expect(rowsOf({ ...options, access: { kind: 'open' } })).toEqual(['open: none, endpoint-independent']);
    expect(rowsOf({ ...options, access: FIREWALL })).toEqual(['firewalled: none, address-and-port-dependent']);
  });
});
