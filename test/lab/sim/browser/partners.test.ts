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
import { LAB_LAYOUT_IPV6 } from '../../../../lab/sim/server/stun-server.ts';
import { seeds } from '../../../runs.ts';

const SEEDS = seeds(20);
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
    const found = rowsOf({ ...options, isPartnered: true });
    expect(found).toEqual(rowsOf(options));
    expect(found).toHaveLength(1);
  });

  it.each(NATS)('says the same of $name where a twentieth of the packets is lost each way', (access) => {
    const options = { access, browser, link: symmetricLink({ latencyMs: 20, jitterMs: 10, loss: 0.05 }) };
    expect(rowsOf({ ...options, isPartnered: true })).toEqual(rowsOf(options));
  });

  it('takes no silence for a filter where the partner does not send, to another public address than it has heard', () => {
    const access: NatProfile = { ...FULL_CONE, poolSize: 4, pooling: 'arbitrary' };
    const found = SEEDS.map((seed) => {
      const { filtering } = detectByBrowserInSim({ access, browser, seed, isPartnered: true }).report;
      return filtering.reason ?? filtering.behavior;
    });
    expect(new Set(found)).toEqual(new Set(['endpoint-independent', 'several-public-addresses']));
  });

  it('says the same over IPv6', () => {
    const options = { browser, family: 'IPv6', layout: LAB_LAYOUT_IPV6, isPartnered: true } as const;
    expect(rowsOf({ ...options, access: { kind: 'open' } })).toEqual(['open: none, endpoint-independent']);
    expect(rowsOf({ ...options, access: FIREWALL })).toEqual(['firewalled: none, address-and-port-dependent']);
  });
});
