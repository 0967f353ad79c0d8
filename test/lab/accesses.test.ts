import { expect, it } from 'vitest';
import { ACCESS_NAMES, ALL_ACCESSES, accessNamed, IPV6_ACCESS_NAMES, NAT64, UDP_BLOCKED } from '../../lab/accesses.ts';
import { DEFAULT_ADDRESSING } from '../../lab/docker/topology/addressing.ts';
import { planLab } from '../../lab/docker/topology/plan.ts';
import { FURTHER_NATS } from '../../lab/further-nats.ts';
import { dualStack, IPV6_DROPPED, SYMMETRIC, TRANSLATIONS } from '../../lab/profiles.ts';

it('a name alone is that of a NAT or another access to IPv4', () => {
  expect(ACCESS_NAMES.map(accessNamed)).toEqual([...ALL_ACCESSES, ...FURTHER_NATS, ...TRANSLATIONS, NAT64]);
});

it('a name with a plus sign has both families', () => {
  expect(IPV6_ACCESS_NAMES).toEqual([
    ...['ipv6-open', 'ipv6-transparent', 'ipv6-firewall', 'nat66', 'nptv6', 'nptv6-firewall'],
    'ipv6-dropped',
  ]);
  expect(accessNamed('symmetric+ipv6-dropped')).toEqual(dualStack(SYMMETRIC, IPV6_DROPPED));
  expect(accessNamed('udp-blocked+ipv6-dropped')).toEqual(dualStack(UDP_BLOCKED, IPV6_DROPPED));
});

it.each([
  '',
  'conical',
  'symmetric+',
  '+nat66',
  'nat66',
  'symmetric+symmetric',
  'symmetric+nat66+nat66',
  'nat64+nat66',
  'toString',
])('there is none of the name "%s"', (name) => {
  expect(accessNamed(name)).toBeNull();
});

it('every name can be realized', () => {
  const names = ACCESS_NAMES.flatMap((name) => [name, ...IPV6_ACCESS_NAMES.map((ipv6) => `${name}+${ipv6}`)]);
  const profiles = names.map((name) => accessNamed(name) ?? SYMMETRIC);
  // Each alone: no lab has public addresses for so many.
  for (const profile of profiles) {
    const { sites } = planLab({ profiles: [profile], clientsPerSite: 1, addressing: DEFAULT_ADDRESSING });
    expect(sites.map(({ name }) => name)).toEqual([profile.name]);
  }
});
