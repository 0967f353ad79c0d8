/** What the kernel has to be able to do, each tried by a command in a network of its own. */
import type { Check } from './check.ts';

export interface Ability extends Pick<Check, 'name' | 'isRequired' | 'purpose'> {
  /** Shell; exits with 0 if the kernel can. It may use the link `natcheck0`, and what `needs` names. */
  readonly command: string;
  /** Program to Debian package; the lab's image has them all. */
  readonly needs: Readonly<Record<string, string>>;
  /** What to do if the kernel cannot. */
  readonly remedy: string;
}

/** Modules that most kernels have, but cloud images of Ubuntu keep in a package of their own. */
const module = (name: string): string =>
  `sudo modprobe ${name} (Ubuntu: sudo apt-get install "linux-modules-extra-$(uname -r)" before)`;

const IPTABLES = { iptables: 'iptables' };
const NFT = { nft: 'nftables' };
const IP = { ip: 'iproute2' };
const TC = { tc: 'iproute2' };

/** As the routers of the lab use it: a table learned from packets, which forgets (lab/docker/router/learned.ts). */
const LEARNED_TABLE = `nft -f - <<'RULES'
table ip natcheck {
  map learned { type inet_service : ipv4_addr . inet_service; flags dynamic, timeout; timeout 1m; }
  chain in { type nat hook prerouting priority -110; dnat ip to udp dport map @learned }
}
RULES`;

export const ABILITIES: readonly Ability[] = [
  {
    name: 'links',
    isRequired: true,
    purpose: 'pairs of interfaces and bridges between containers',
    command: 'ip link add natcheck1 type veth peer name natcheck2 && ip link add natcheck3 type bridge',
    needs: IP,
    remedy: module('veth bridge'),
  },
  {
    name: 'NAT by iptables',
    isRequired: true,
    purpose: 'the translation of every router',
    command: 'iptables -w -t nat -A POSTROUTING -p udp -j SNAT --to-source 192.0.2.1 --random-fully',
    needs: IPTABLES,
    remedy: module('iptable_nat'),
  },
  {
    name: 'connection tracking',
    isRequired: true,
    purpose: 'filters that let in replies alone',
    command: 'iptables -w -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    needs: IPTABLES,
    remedy: module('nf_conntrack'),
  },
  {
    name: 'NAT by nftables',
    isRequired: true,
    purpose: 'cones, counted ports, hairpins',
    command: LEARNED_TABLE,
    needs: NFT,
    remedy: module('nf_tables nft_nat'),
  },
  {
    name: 'NAT of IPv6',
    isRequired: false,
    purpose: 'nat66',
    command: 'ip6tables -w -t nat -A POSTROUTING -p udp -j SNAT --to-source 2001:db8::1',
    needs: { ip6tables: 'iptables' },
    remedy: module('ip6table_nat'),
  },
  {
    name: 'NFQUEUE',
    isRequired: false,
    purpose: 'the same links where netem is missing',
    command: 'iptables -w -A FORWARD -p udp -j NFQUEUE --queue-num 1',
    needs: IPTABLES,
    remedy: module('nfnetlink_queue'),
  },
  {
    name: 'netem',
    isRequired: false,
    purpose: 'links with latency, jitter, a rate or loss',
    command: 'tc qdisc replace dev natcheck0 root netem delay 1ms',
    needs: TC,
    remedy: module('sch_netem'),
  },
  {
    name: 'tbf',
    isRequired: false,
    purpose: 'links of a certain rate',
    command: 'tc qdisc replace dev natcheck0 root tbf rate 1mbit burst 10kb latency 10ms',
    needs: TC,
    remedy: module('sch_tbf'),
  },
  {
    name: 'TUN',
    isRequired: false,
    purpose: 'programs that make a network of their own, such as VPNs',
    command: 'test -c /dev/net/tun || { echo there is no /dev/net/tun >&2; exit 1; }; ip tuntap add mode tun natcheck4',
    needs: IP,
    remedy: 'sudo modprobe tun',
  },
  {
    name: 'ipset',
    isRequired: false,
    purpose: 'rules of your own that use sets',
    command: 'ipset create natcheck hash:ip',
    needs: { ipset: 'ipset' },
    remedy: module('ip_set_hash_ip'),
  },
];
