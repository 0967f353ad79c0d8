/** Hosts with IPv6 alone behind a NAT64 (RFC 6146), made of Debian's tayga on a router of the lab. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import {
  dualStack,
  type Guest,
  IPV6_ACCESSES,
  type Lab,
  type LabRouter,
  type NamedIpv6Access,
  PORT_RESTRICTED,
  startNatcheckServer,
} from '../../../../lab/index.ts';
import { canonicalAddress } from '../../../../src/endpoint.ts';
import type { DetectReport } from '../../../../src/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

const [OPEN] = IPV6_ACCESSES as [NamedIpv6Access];

/** One of a network of its own: behind 64:ff9b::/96 there must be no addresses that are not global (RFC 6052 §3.1). */
const PREFIX = '2001:db8:64:ff9b::';

/** Translates between the prefix and addresses of its own, which the router's NAT then translates as those of any host. */
const TAYGA = `set -eu
mkdir -p /tmp/tayga
cat > /tmp/tayga.conf <<'CONF'
tun-device nat64
ipv4-addr 192.168.255.1
ipv6-addr 2001:db8:64::1
prefix ${PREFIX}/96
dynamic-pool 192.168.255.0/24
data-dir /tmp/tayga
CONF
tayga -c /tmp/tayga.conf --mktun
ip link set nat64 up
ip route add 192.168.255.0/24 dev nat64
ip route add ${PREFIX}/96 dev nat64
iptables -I FORWARD -i nat64 -j ACCEPT
exec tayga -c /tmp/tayga.conf -d`;

/** An address of IPv4 as a host with IPv6 alone writes it (RFC 6052 §2.2). */
function behindPrefix(address: string): string {
  return canonicalAddress(`${PREFIX}${address}`);
}

/** So many pings, a second each, until the NAT64 has its device. */
const UNTIL_REACHED = `for try in $(seq 20); do ping -6 -c 1 -W 1 "$1" && exit; done; exit 1`;

function startNat64(router: LabRouter): Promise<Guest> {
  const image = inject('lab')?.image ?? '';
  const [devices, capabilities] = [['/dev/net/tun'], ['NET_ADMIN']];
  return router.run({ image, argv: ['sh', '-c', TAYGA], devices, capabilities });
}

describeLab('a host with IPv6 alone behind a NAT64', () => {
  let lab: Lab;
  let server: AsyncDisposable;
  let nat64: AsyncDisposable;
  beforeAll(async () => {
    lab = await startProvidedLab({ profiles: [dualStack(PORT_RESTRICTED, OPEN)] });
    server = await startNatcheckServer(lab.server);
    const { router, client } = lab.nat('port-restricted+ipv6-open');
    nat64 = await startNat64(router);
    await client(0).exec(['ip', '-4', 'addr', 'flush', 'dev', 'lan']);
    const { stdout, exitCode } = await client(0).exec([
      'sh',
      '-c',
      UNTIL_REACHED,
      '-',
      behindPrefix(lab.server.primary),
    ]);
    if (exitCode !== 0) throw new Error(`the NAT64 does not work: ${stdout}`);
  });
  afterAll(async () => {
    for (const one of [nat64, server, lab]) await one?.[Symbol.asyncDispose]();
  });

  it('finds what the NAT64 does, from an address of the server that stands for one of IPv4', async () => {
    const detect = ['natcheck', 'detect', '--json', '--server', `[${behindPrefix(lab.server.primary)}]:3478`];
    const { client, publicAddress } = lab.nat('port-restricted+ipv6-open');
    const { stdout } = await client(0).exec(detect);
    const { verdict, mapping, allocation, public: seen }: DetectReport = JSON.parse(stdout);
    expect([verdict, mapping.behavior, allocation.kind, seen?.address]).toEqual([
      ...[{ type: 'port-restricted', reason: null }, 'endpoint-independent', 'preserved', publicAddress],
    ]);
  });
});
