/** What the kernel is told of each container's network, at its creation: later `/proc/sys` is read-only. */
import type { PortBlock } from './addressing.ts';
import type { RouterPlan } from './plan.ts';

type Sysctls = Readonly<Record<string, string>>;

const FORWARDING = { 'net.ipv4.ip_forward': '1' };

/** As Linux has it by itself: an early packet is remembered no longer than there. */
const UNREPLIED_S = 30;

export const BACKBONE_SYSCTLS: Sysctls = {
  ...FORWARDING,
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
};

export function routerSysctls({ lifetimeMs, inboundFirst }: RouterPlan): Sysctls {
  if (lifetimeMs === undefined) return FORWARDING;
  const seconds = `${lifetimeMs / 1000}`;
  return {
    ...FORWARDING,
    'net.netfilter.nf_conntrack_udp_timeout': inboundFirst ? `${UNREPLIED_S}` : seconds,
    'net.netfilter.nf_conntrack_udp_timeout_stream': seconds,
  };
}

/** Sockets of this client that name no port get one of its own block, which its NAT then has no reason to change. */
export function clientSysctls({ first, last }: PortBlock): Sysctls {
  return { 'net.ipv4.ip_local_port_range': `${first} ${last}` };
}
