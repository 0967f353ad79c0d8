import { expect, it } from 'vitest';
import { OPEN } from '../../../../lab/docker/topology/access.ts';
import { DEFAULT_ADDRESSING } from '../../../../lab/docker/topology/addressing.ts';
import { planLab, publicAddressesOf } from '../../../../lab/docker/topology/plan.ts';
import { CARRIER_GRADE, DYNAMIC, FULL_CONE, PORT_RESTRICTED, STATIC, SYMMETRIC } from '../../../../lab/profiles.ts';

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
