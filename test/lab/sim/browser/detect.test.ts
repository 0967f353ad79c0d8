/** Detections in simulated browsers of both kinds, through the server's real decisions: exactly the access comes out, or a reason. */
import { describe, expect, it } from 'vitest';
import {
  CLASSIC_NATS,
  FULL_CONE,
  INBOUND_FIRST,
  PORT_RESTRICTED,
  SYMMETRIC_ADDRESS,
} from '../../../../lab/profiles.ts';
import { detectByBrowserInSim, type SimBrowserDetection } from '../../../../lab/sim/browser/detect.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { LAB_LAYOUT, LAB_LAYOUT_IPV6 } from '../../../../lab/sim/server/stun-server.ts';
import { seeds } from '../../../runs.ts';

const SEEDS = seeds(40);
const BROWSERS = ['chromium', 'firefox'] as const;
const FIREWALL = { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 60_000 } as const;

type Access = SimBrowserDetection['access'];
const ACCESSES: readonly (readonly [expected: string, access: Access])[] = [
  ['open: none, endpoint-independent', { kind: 'open' }],
  ['firewalled: none, address-and-port-dependent', FIREWALL],
  ...CLASSIC_NATS.map((profile) => [`${profile.name}: ${profile.mapping}, ${profile.filtering}`, profile] as const),
  ['symmetric: address-dependent, address-and-port-dependent', SYMMETRIC_ADDRESS],
  ['port-restricted: endpoint-independent, address-and-port-dependent', INBOUND_FIRST],
  [
    'port-restricted: endpoint-independent, address-and-port-dependent',
    { kind: 'nat', layers: [FULL_CONE, { ...PORT_RESTRICTED, name: 'carrier' }] },
  ],
  ['udp-blocked: undetermined, undetermined', { kind: 'udp-blocked' }],
];

/** What comes out over all seeds; each different row once. */
function rowsOf(options: Omit<SimBrowserDetection, 'seed'>): readonly string[] {
  const rows = SEEDS.map((seed) => {
    const { verdict, mapping, filtering } = detectByBrowserInSim({ ...options, seed }).report;
    return `${verdict.type}: ${mapping.behavior}, ${filtering.behavior}`;
  });
  return [...new Set(rows)];
}

describe.each(BROWSERS)('a detection in %s', (browser) => {
  it.each(ACCESSES)('says %s', (expected, access) => {
    const link = symmetricLink({ latencyMs: 40, jitterMs: 10 });
    expect(rowsOf({ access, browser, link })).toEqual([expected]);
  });

  it.each(ACCESSES)('says %s where a twentieth of the packets is lost each way', (expected, access) => {
    const link = symmetricLink({ latencyMs: 20, jitterMs: 10, loss: 0.05 });
    expect(rowsOf({ access, browser, link })).toEqual([expected]);
  });

  it('is never wrong where a quarter of the packets is lost each way, in bursts', () => {
    const link = symmetricLink({ latencyMs: 20, jitterMs: 10, loss: 0.25, lossBurst: 3 });
    for (const [expected, access] of ACCESSES) {
      const found = rowsOf({ access, browser, link }).map((row) => row.split(':', 1)[0]);
      const type = expected.split(':', 1)[0];
      expect(found.filter((one) => one !== type && one !== 'inconclusive')).toEqual([]);
    }
  });

  it('says the same over IPv6', () => {
    const options = { browser, family: 'IPv6', layout: LAB_LAYOUT_IPV6 } as const;
    expect(rowsOf({ ...options, access: { kind: 'open' } })).toEqual(['open: none, endpoint-independent']);
    expect(rowsOf({ ...options, access: FIREWALL })).toEqual(['firewalled: none, address-and-port-dependent']);
  });

  it('takes no silence for a filter where the server itself cannot send from elsewhere', () => {
    const [primary] = LAB_LAYOUT.addresses;
    const run = detectByBrowserInSim({
      ...{ access: PORT_RESTRICTED, browser, seed: 1 },
      mute: ({ address, port }) => address !== primary || port !== LAB_LAYOUT.port,
    });
    expect(run.report.filtering).toEqual({ behavior: 'undetermined', reason: 'alternate-unheard' });
    expect(run.report.verdict).toEqual({ type: 'inconclusive', reason: 'alternate-unheard' });
  });

  it('tells from one address what it can tell', () => {
    const layout = { ...LAB_LAYOUT, addresses: [LAB_LAYOUT.addresses[0]] } as const;
    const { report } = detectByBrowserInSim({ access: PORT_RESTRICTED, browser, seed: 1, layout });
    expect(report.mapping).toEqual({ behavior: 'undetermined', reason: 'ports-agree' });
    expect(report.filtering).toEqual({ behavior: 'address-and-port-dependent', reason: null });
    const open = detectByBrowserInSim({ access: FULL_CONE, browser, seed: 1, layout }).report;
    expect(open.filtering).toEqual({ behavior: 'undetermined', reason: 'server-has-one-address' });
    const symmetric = detectByBrowserInSim({ access: CLASSIC_NATS[3] ?? FULL_CONE, browser, seed: 1, layout }).report;
    expect(symmetric.verdict).toEqual({ type: 'symmetric', reason: null });
  });

  it('says so where the router restarts meanwhile', () => {
    const { report } = detectByBrowserInSim({
      ...{ access: { ...PORT_RESTRICTED, ports: 'random' }, browser, seed: 1 },
      link: symmetricLink({ latencyMs: 20 }),
      disturb: ({ clock }, site) => clock.schedule(clock.now() + 100, () => site.reboot()),
    });
    expect(report.mapping).toEqual({ behavior: 'undetermined', reason: 'router-restarted' });
  });
});
