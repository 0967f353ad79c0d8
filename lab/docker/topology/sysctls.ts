/** Kernel settings of each container's network. They are made at its creation, since `/proc/sys` is read-only afterwards. */
import type { PortBlock } from './addressing.ts';
import type { RouterPlan } from './router-plan.ts';

type Sysctls = Readonly<Record<string, string>>;

const FORWARDING = { 'net.ipv4.ip_forward': '1' };

/** The engine turns IPv6 off on every link of a container to which it has given no IPv6 address. */
const IPV6 = { 'net.ipv6.conf.all.disable_ipv6': '0' };
const IPV6_FORWARDING = { ...IPV6, 'net.ipv6.conf.all.forwarding': '1' };

/** Linux's default: an early packet is not remembered any longer. */
const UNREPLIED_S = 30;

interface Families {
  readonly hasIpv6: boolean;
}

export function serverSysctls({ hasIpv6 }: Families): Sysctls {
  return hasIpv6 ? IPV6 : {};
}

export function backboneSysctls({ hasIpv6 }: Families): Sysctls {
  return {
    ...FORWARDING,
    ...(hasIpv6 && IPV6_FORWARDING),
    'net.ipv4.conf.all.send_redirects': '0',
    'net.ipv4.conf.default.send_redirects': '0',
  };
}

export function routerSysctls({ lifetimeMs, inboundFirst, place6 }: RouterPlan): Sysctls {
  const forwarding = { ...FORWARDING, ...(place6 && IPV6_FORWARDING) };
  if (lifetimeMs === undefined) return forwarding;
  const seconds = `${lifetimeMs / 1000}`;
  return {
    ...forwarding,
    'net.netfilter.nf_conntrack_udp_timeout': inboundFirst ? `${UNREPLIED_S}` : seconds,
    'net.netfilter.nf_conntrack_udp_timeout_stream': seconds,
  };
}

/**
 * Sockets of this client that name no port get one from its block, which its NAT then has no reason to change; with IPv6 too.
 * @param families.isNat64 whether it translates for its programs, and so passes packets on.
 */
export function clientSysctls(
  { first, last }: PortBlock,
  { hasIpv6, isNat64 = false }: Families & { readonly isNat64?: boolean },
): Sysctls {
  const ipv6 = isNat64 ? IPV6_FORWARDING : IPV6;
  return { 'net.ipv4.ip_local_port_range': `${first} ${last}`, ...(hasIpv6 && ipv6) };
}
