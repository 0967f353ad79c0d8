import { describe, expect, it } from 'vitest';
import { behindNat, OPEN } from '../../../../lab/accesses.ts';
import { ipv6Rules } from '../../../../lab/docker/router/ipv6-rules.ts';
import { routerRules } from '../../../../lab/docker/router/rules.ts';
import { DEFAULT_ADDRESSING } from '../../../../lab/docker/topology/addressing.ts';
import { planLab, publicAddress6Of, publicAddressesOf } from '../../../../lab/docker/topology/plan.ts';
import {
  CARRIER_GRADE,
  DYNAMIC,
  dualStack,
  FULL_CONE,
  IPV6_ACCESSES,
  type Ipv6Access,
  type NamedIpv6Access,
  PORT_RESTRICTED,
  STATIC,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';

const input = { clientsPerSite: 1, addressing: DEFAULT_ADDRESSING };

it('a profile that comes again gets a number', () => {
  const { sites } = planLab({ ...input, profiles: [SYMMETRIC, FULL_CONE, SYMMETRIC, SYMMETRIC] });
  expect(sites.map(({ name }) => name)).toEqual(['symmetric', 'full-cone', 'symmetric-2', 'symmetric-3']);
});

it('everyone on the public network knows the way to a site without translation, and to no other', () => {
  const { routes } = planLab({ ...input, profiles: [SYMMETRIC, OPEN] });
  expect(routes).toEqual([{ subnet: '198.18.1.0/24', via: '203.0.113.102' }]);
});

it('other rules take the place of those of the profile', () => {
  const rules = ({ kind }: { kind: string }, { wan }: { wan: string }) => ({
    iptables: `${kind} at ${wan}`,
    nft: '',
  });
  const { sites } = planLab({ ...input, profiles: [SYMMETRIC], rules });
  expect(sites[0]?.rules).toEqual({ iptables: 'nat at 203.0.113.101', nft: '' });
});

it('a NAT behind a carrier has a router of its own, and the carrier one that knows nobody but it', () => {
  const { sites } = planLab({ ...input, profiles: [FULL_CONE, CARRIER_GRADE] });
  const [alone, behind] = sites;
  expect([alone?.carrier, behind?.place, behind?.carrier?.place]).toEqual([
    null,
    {
      subnet: '10.113.1.0/24',
      wan: '100.64.1.2',
      lan: '10.113.1.254',
      clients: [{ address: '10.113.1.2', ports: { first: 1024, last: 65_535 } }],
    },
    {
      subnet: '100.64.1.0/24',
      wan: '203.0.113.102',
      lan: '100.64.1.254',
      clients: [{ address: '100.64.1.2', ports: { first: 1024, last: 65_535 } }],
    },
  ]);
  expect(behind?.rules.iptables).toContain('-s 10.113.1.2 -p udp -j SNAT --to-source 100.64.1.2:1024-65535');
  expect(behind?.carrier?.rules.iptables).toContain(
    '-s 100.64.1.2 -p udp -j SNAT --to-source 203.0.113.102:1024-65535',
  );
  expect(sites.map(publicAddressesOf)).toEqual([['203.0.113.101'], ['203.0.113.102']]);
});

it('a NAT with a pool has further public addresses, which no other site has', () => {
  const { sites } = planLab({ ...input, profiles: [STATIC, DYNAMIC, STATIC] });
  expect(sites.map(publicAddressesOf)).toEqual([
    ['203.0.113.101', '203.0.113.12'],
    ['203.0.113.102', '203.0.113.15', '203.0.113.16', '203.0.113.17'],
    ['203.0.113.103', '203.0.113.18'],
  ]);
  const greedy = { ...DYNAMIC, poolSize: 5 };
  expect(() => planLab({ ...input, profiles: [greedy] })).toThrow(
    'the container lab has no 4 further public addresses for site 1',
  );
});

it('three NATs in a row are refused', () => {
  const access = { kind: 'nat', layers: [FULL_CONE, PORT_RESTRICTED, SYMMETRIC] } as const;
  expect(() => planLab({ ...input, profiles: [{ name: 'deep', access }] })).toThrow('no more than two NATs in a row');
});

it('a backbone is there when it is asked for', () => {
  const { backbone } = planLab({ ...input, profiles: [], backbone: true });
  expect(backbone).toEqual({ subnet: '203.0.113.0/24', address: '203.0.113.254' });
  expect(planLab({ ...input, profiles: [] }).backbone).toBeNull();
});

describe('a lab with IPv6', () => {
  const [, , FIREWALL, NAT66] = IPV6_ACCESSES as [NamedIpv6Access, NamedIpv6Access, NamedIpv6Access, NamedIpv6Access];
  const profiles = [
    SYMMETRIC,
    dualStack(FULL_CONE, FIREWALL),
    dualStack(FULL_CONE, NAT66),
    dualStack(CARRIER_GRADE, FIREWALL),
    dualStack(CARRIER_GRADE, NAT66),
  ];

  it('has a server with two addresses of each family, and routes to what is not translated', () => {
    expect(planLab({ ...input, profiles }).ipv6).toEqual({
      server: { subnet: '2001:db8::/64', primary: '2001:db8::10', alternate: '2001:db8::11' },
      backbone: null,
      routes: [
        { subnet: '2001:db8:2::/64', via: '2001:db8::102' },
        { subnet: '2001:db8:4::/64', via: '2001:db8::104' },
        { subnet: '2001:db8:4:1::/64', via: '2001:db8::104' },
        { subnet: '2001:db8:5:1::/64', via: '2001:db8::105' },
      ],
    });
    expect(planLab({ ...input, profiles, backbone: true }).ipv6?.backbone).toEqual({
      subnet: '2001:db8::/64',
      address: '2001:db8::254',
    });
  });

  it('shows each client at the address of the router that translates, or else of the outermost one', () => {
    const { sites } = planLab({ ...input, profiles });
    expect(sites.map((site) => [site.ipv6?.kind, publicAddress6Of(site)])).toEqual([
      [undefined, null],
      ['firewall', '2001:db8::102'],
      ['nat', '2001:db8::103'],
      ['firewall', '2001:db8::104'],
      ['nat', '2001:db8:5:1::2'],
    ]);
  });

  it('gives a site without IPv6 what it has in a lab without', () => {
    const [alone] = planLab({ ...input, profiles: [SYMMETRIC] }).sites;
    const [site] = planLab({ ...input, profiles }).sites;
    expect({ ...site, spare: alone?.spare }).toEqual(alone);
    expect(planLab({ ...input, profiles: [SYMMETRIC] }).ipv6).toBeNull();
  });

  it('adds a table to the rules of each router of the site; the carrier only forwards', () => {
    const { sites } = planLab({ ...input, profiles });
    const { place, place6, rules, carrier } = sites[3] ?? never();
    expect(rules).toEqual({
      iptables: routerRules(behindNat(PORT_RESTRICTED).access, place).iptables,
      nft: ipv6Rules(FIREWALL.access, place6 ?? never()),
    });
    expect(place6?.wan).toBe('2001:db8:4:1::2');
    expect(carrier?.rules.nft).toBe(ipv6Rules({ kind: 'open' }, place6 ?? never()));
  });

  it('takes other rules in the place of that table', () => {
    const misbehave = ({ kind }: Ipv6Access, { wan }: { wan: string }) => `# ${kind} at ${wan}`;
    const { sites } = planLab({ ...input, profiles: [dualStack(SYMMETRIC, NAT66)], ipv6Rules: misbehave });
    expect(sites[0]?.rules.nft).toBe('# nat at 2001:db8::101');
  });

  it('keeps the flows of IPv6 where nothing keeps those of IPv4, and never both for different times', () => {
    const { access: symmetric } = behindNat(SYMMETRIC);
    const short = { name: 'short', access: { ...FIREWALL.access, lifetimeMs: 30_000 } as Ipv6Access };
    const { sites } = planLab({ ...input, profiles: [dualStack(OPEN, short)] });
    expect(sites[0]?.lifetimeMs).toBe(30_000);
    expect(() => planLab({ ...input, profiles: [{ name: 'apart', access: symmetric, ipv6: short.access }] })).toThrow(
      'the container lab has one lifetime for both families, not 120000 and 30000 ms',
    );
    expect(planLab({ ...input, profiles: [dualStack(SYMMETRIC, short)] }).sites[0]?.lifetimeMs).toBe(120_000);
  });
});

function never(): never {
  throw new Error('there is no such site');
}
