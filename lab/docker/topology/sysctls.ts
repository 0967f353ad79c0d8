/** Kernel settings of each container's network. They are made at its creation, since `/proc/sys` is read-only afterwards. */
import type { PortBlock } from './addressing.ts';
import type { RouterPlan } from './plan.ts';

type Sysctls = Readonly<Record<string, string>>;

const FORWARDING = { 'net.ipv4.ip_forward': '1' };

/** Linux's default: an early packet is not remembered any longer. */
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

/** Sockets of this client that name no port get one from its block, which its NAT then has no reason to change. */
export function clientSysctls({ first, last }: PortBlock): Sysctls {
  return { 'net.ipv4.ip_local_port_range': `${first} ${last}` };
}
