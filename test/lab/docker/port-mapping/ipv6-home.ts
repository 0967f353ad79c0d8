/** A home with IPv6: a client, a router whose firewall lets in answers only, and a host beyond it; miniupnpd opens the firewall. */
import { randomBytes } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { startContainer } from '../../../../lab/docker/container/start.ts';
import { labelsOf, removeLab } from '../../../../lab/docker/engine/labels.ts';
import { connectDocker } from '../../../../lab/docker/engine/testcontainers.ts';
import { createNetwork } from '../../../../lab/docker/topology/network.ts';
import { READY } from '../../../../lab/docker/topology/setup-script.ts';
import type { LabContainer, Program } from '../../../../lab/index.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { MappingProtocol } from '../../../../src/nat/router.ts';

/** The engine gives IPv4 addresses alone; that of the router on its outside is one of AMPRNet (miniupnpd.ts). */
const LAN = '10.142.0';
const WAN = '44.129.0';
export const CLIENT = '2001:db8:1::2';
/** Two, for a server that tests what a NAT does. */
export const OUTSIDE = ['2001:db8:9::2', '2001:db8:9::3'] as const;

export interface Ipv6Home extends AsyncDisposable {
  readonly client: LabContainer;
  readonly router: LabContainer;
  readonly outside: LabContainer;
}

const link = (address: string, name: string): string =>
  `link=$(ip -o -4 addr show to ${address} | awk '{print $2}')
ip link set "$link" down; ip link set "$link" name ${name}; ip link set ${name} up`;

const CLIENT_SCRIPT = `${link(`${LAN}.2`, 'lan')}
ip -6 addr add ${CLIENT}/64 dev lan nodad
ip -6 route add default via fe80::1 dev lan`;

/** What comes in unasked is counted, and dropped. */
const ROUTER_SCRIPT = `${link(`${LAN}.254`, 'lan')}
${link(`${WAN}.254`, 'wan')}
ip -6 addr add fe80::1/64 dev lan nodad
ip -6 addr add 2001:db8:1::1/64 dev lan nodad
ip -6 addr add 2001:db8:9::1/64 dev wan nodad
nft -f - <<'NFT'
table inet mapped {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname lan accept
    jump opened
    counter drop
  }
  chain opened {}
  chain inward {}
  chain outward {}
}
NFT`;

const OUTSIDE_SCRIPT = `${link(`${WAN}.2`, 'wan')}
${OUTSIDE.map((address) => `ip -6 addr add ${address}/64 dev wan nodad`).join('\n')}
ip -6 route add 2001:db8:1::/64 via 2001:db8:9::1 dev wan`;

/** @param options as they are provided to the tests. */
export async function startIpv6Home({
  host,
  image,
}: {
  readonly host: string;
  readonly image: string;
}): Promise<Ipv6Home> {
  const docker = await connectDocker(host);
  const id = randomBytes(3).toString('hex');
  const labels = labelsOf(id);
  const named = (name: string): string => `natcheck-${id}-${name}`;
  const end = (): Promise<void> => removeLab(docker, id);
  const onLan = (address: string) => ({ network: named('lan'), address });
  const onWan = (address: string) => ({ network: named('wan'), address });
  const start = (name: string, script: string, attachments: Parameters<typeof startContainer>[1]['attachments']) => {
    const sysctls = { 'net.ipv6.conf.all.disable_ipv6': '0', 'net.ipv6.conf.all.forwarding': '1' };
    const run = `set -eu\n${script}\necho '${READY}'\nexec sleep infinity`;
    const given = { image, labels, script: run, sysctls, attachments, address6: null };
    return startContainer(docker, { ...given, name: named(name) });
  };
  try {
    await Promise.all([
      createNetwork(docker, { name: named('lan'), subnet: `${LAN}.0/24`, labels }),
      createNetwork(docker, { name: named('wan'), subnet: `${WAN}.0/24`, labels }),
    ]);
    const starting = [
      start('client', CLIENT_SCRIPT, [onLan(`${LAN}.2`)]),
      start('router', ROUTER_SCRIPT, [onLan(`${LAN}.254`), onWan(`${WAN}.254`)]),
      start('outside', OUTSIDE_SCRIPT, [onWan(`${WAN}.2`)]),
    ] as const;
    await Promise.allSettled(starting);
    const [client, router, outside] = await Promise.all(starting);
    return { client, router, outside, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** It hears PCP over IPv6 whatever it is told. */
const NO_PCP = `nft -f - <<'NFT'
table inet older {
  chain input { type filter hook input priority -10; udp dport 5351 drop; }
}
NFT
`;

/** Resolves when it listens. The daemon describes itself as version 2, which alone has the control of the firewall. */
export async function startFirewallControl(
  { router }: Ipv6Home,
  speaks: Exclude<MappingProtocol, 'nat-pmp'>,
): Promise<Program> {
  const configuration = `
ext_ifname=wan
listening_ip=lan
http_port=0
enable_natpmp=${speaks === 'pcp' ? 'yes' : 'no'}
enable_upnp=${speaks === 'upnp-igd' ? 'yes' : 'no'}
secure_mode=yes
uuid=6e617463-6865-636b-2d6c-616200000002
upnp_table_name=mapped
upnp_nat_table_name=mapped
upnp_forward_chain=opened
upnp_nat_chain=inward
upnp_nat_postrouting_chain=outward
allow 1024-65535 10.0.0.0/8 1024-65535
`;
  const script = `${speaks === 'pcp' ? '' : NO_PCP}cat > /tmp/miniupnpd.conf <<'CONF'${configuration}CONF
exec miniupnpd -d -f /tmp/miniupnpd.conf`;
  const program = await router.start(['sh', '-c', script]);
  await program.line(/Listening for NAT-PMP|HTTP listening/);
  return program;
}

async function rules({ router }: Ipv6Home): Promise<string> {
  return (await router.exec(['nft', 'list', 'table', 'inet', 'mapped'])).stdout;
}

/**
 * The endpoints that the router lets everybody send to now. The rule of the daemon compares raw bytes of the packet: 128
 * bits from bit 192 are the destination, and the eight from bit 48 the protocol (RFC 8200 §3).
 */
export async function openedPorts(home: Ipv6Home): Promise<readonly Endpoint[]> {
  const opened = /chain opened \{([^}]*)\}/.exec(await rules(home))?.[1] ?? '';
  const rule = /^\s*iif "wan" th dport (\d+) @nh,192,128 0x([\da-f]+) @nh,48,8 0x11 accept$/gm;
  return [...opened.matchAll(rule)].map(([, port, hex = '']) => {
    const bytes = [...Buffer.from(hex.padStart(32, '0'), 'hex')];
    return { address: new ipaddr.IPv6(bytes).toRFC5952String(), port: Number(port) };
  });
}

/** How many packets the firewall has dropped. */
export async function droppedPackets(home: Ipv6Home): Promise<number> {
  return Number(/counter packets (\d+) bytes \d+ drop/.exec(await rules(home))?.[1]);
}
