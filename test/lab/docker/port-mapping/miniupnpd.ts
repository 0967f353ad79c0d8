/** Debian's miniupnpd on a router of the lab, which then maps ports for its clients when they ask. */
import type { Addressing, LabRouter, Program } from '../../../../lab/index.ts';
import type { MappingProtocol } from '../../../../src/nat/router.ts';

export interface MiniupnpdOptions {
  readonly speaks: MappingProtocol;
  /** What it says that its address is; by default that of `wan`. */
  readonly external?: string;
}

/**
 * It takes no private, shared or documentation address for one of the Internet's, and then maps nothing. These are of the
 * test network of AMPRNet, 44.128.0.0/16, which is routed nowhere.
 * @param file another number for each test file, as several run at once.
 */
export function addressingOf(file: 0 | 1): Addressing {
  const privatePrefix = `10.${140 + file}`;
  return { publicPrefix: `44.128.${file}`, privatePrefix, routedPrefix: '198.19', carrierPrefix: `100.${80 + file}` };
}

/** The router's own rules, as the lab makes them, let nothing in and forward answers only. */
const RULES = `
iptables -I INPUT -i lan -p udp -m multiport --dports 1900,5351 -j ACCEPT
iptables -A FORWARD -i wan -m conntrack --ctstate DNAT -j ACCEPT
nft -f - <<'NFT'
table inet mapped {
  chain forward { type filter hook forward priority 0; jump accepted; }
  chain prerouting { type nat hook prerouting priority -100; jump inward; }
  chain postrouting { type nat hook postrouting priority 90; jump outward; }
  chain accepted {}
  chain inward {}
  chain outward {}
}
NFT`;

/** It speaks PCP wherever it speaks NAT-PMP. An older router drops what is not of version 0, the first byte. */
const NO_PCP = `
nft -f - <<'NFT'
table inet older {
  chain input { type filter hook input priority -10; iifname lan udp dport 5351 @th,64,8 != 0 drop; }
}
NFT`;

/** Version 1 is what most routers in homes describe themselves as. */
const configuration = ({ speaks, external }: MiniupnpdOptions): string => `
ext_ifname=wan
${external ? `ext_ip=${external}` : ''}
listening_ip=lan
http_port=0
enable_natpmp=${speaks === 'upnp-igd' ? 'no' : 'yes'}
enable_upnp=${speaks === 'upnp-igd' ? 'yes' : 'no'}
force_igd_desc_v1=yes
secure_mode=yes
uuid=6e617463-6865-636b-2d6c-616200000001
upnp_table_name=mapped
upnp_nat_table_name=mapped
upnp_forward_chain=accepted
upnp_nat_chain=inward
upnp_nat_postrouting_chain=outward
allow 1024-65535 10.0.0.0/8 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
`;

/** Resolves when it listens. */
export async function startMiniupnpd(router: LabRouter, options: MiniupnpdOptions): Promise<Program> {
  const script = `set -e${RULES}${options.speaks === 'nat-pmp' ? NO_PCP : ''}
cat > /tmp/miniupnpd.conf <<'CONF'${configuration(options)}CONF
exec miniupnpd -d -f /tmp/miniupnpd.conf`;
  const program = await router.start(['sh', '-c', script]);
  await program.line(/Listening for NAT-PMP|HTTP listening/);
  return program;
}

/** The public UDP ports that it has mapped now. */
export async function mappedPorts(router: LabRouter): Promise<readonly number[]> {
  const { stdout } = await router.exec(['nft', 'list', 'chain', 'inet', 'mapped', 'inward']);
  return [...stdout.matchAll(/ dport (\d+) dnat /g)].map(([, port]) => Number(port));
}
