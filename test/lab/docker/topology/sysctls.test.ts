import { expect, it } from 'vitest';
import { DEFAULT_ADDRESSING } from '../../../../lab/docker/topology/addressing.ts';
import { planLab } from '../../../../lab/docker/topology/plan.ts';
import {
  backboneSysctls,
  clientSysctls,
  routerSysctls,
  serverSysctls,
} from '../../../../lab/docker/topology/sysctls.ts';
import { dualStack, IPV6_DROPPED, PORT_RESTRICTED } from '../../../../lab/profiles.ts';

const IPV6 = ['net.ipv6.conf.all.disable_ipv6'];
const FORWARDING = [...IPV6, 'net.ipv6.conf.all.forwarding'];
const ofIpv6 = (sysctls: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(sysctls).filter((name) => name.includes('ipv6'));

it('IPv6 is turned on where there is some, and forwarded by routers', () => {
  const profiles = [PORT_RESTRICTED, dualStack(PORT_RESTRICTED, IPV6_DROPPED)];
  const { sites } = planLab({ clientsPerSite: 1, addressing: DEFAULT_ADDRESSING, profiles });
  const ports = { first: 1, last: 2 };
  expect(sites.map((site) => ofIpv6(routerSysctls(site)))).toEqual([[], FORWARDING]);
  expect([true, false].map((hasIpv6) => ofIpv6(clientSysctls(ports, { hasIpv6 })))).toEqual([IPV6, []]);
  expect(ofIpv6(clientSysctls(ports, { hasIpv6: true, isNat64: true }))).toEqual(FORWARDING);
  expect([true, false].map((hasIpv6) => ofIpv6(serverSysctls({ hasIpv6 })))).toEqual([IPV6, []]);
  expect([true, false].map((hasIpv6) => ofIpv6(backboneSysctls({ hasIpv6 })))).toEqual([FORWARDING, []]);
});
