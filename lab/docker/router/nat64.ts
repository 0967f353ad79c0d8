/**
 * IPv4 over a link of IPv6 alone (464XLAT, RFC 6877): Debian's tayga in each client translates what its programs send, and tayga
 * on the router translates it back. So a client has its IPv4 address on a device of its own, and the router, toward it, too.
 */
import type { SitePlace } from '../topology/addressing.ts';

/** One of a network's own: behind the well-known one there must be no addresses that are not global (RFC 6052 §3.1). */
export const NAT64_PREFIX = '2001:db8:ff64:1::/96';
/** The router's link to its clients, as `lan` is the device on which their IPv4 comes. */
export const NAT64_LINK = 'inside';
const CLIENT_DEVICE = 'clat';
/** A header of IPv6 is 20 bytes longer than one of IPv4. */
const MTU = 1480;

/** For programs that use IPv6 themselves: each host is one of these to the router's NAT. */
const POOL = '192.168.255.0/24';

/** Who translates, in either family: it only ever speaks in errors. */
const SELF = { router: ['192.0.0.1', '2001:db8:ff64::1'], client: ['192.0.0.2', '2001:db8:ff64::2'] } as const;

/** Two addresses of one client. */
interface Pair {
  readonly address: string;
  readonly address6: string;
}

/** Commands of a client that has its IPv6 link, address and route already; its link `lan` has no IPv4. */
export function clientNat64({ address, address6 }: Pair): readonly string[] {
  return [
    ...tayga(CLIENT_DEVICE, SELF.client, [{ address, address6 }]),
    `ip addr add ${address}/32 dev ${CLIENT_DEVICE}`,
    `ip route add default dev ${CLIENT_DEVICE}`,
    `ip -6 route add ${standIn(address6)} dev ${CLIENT_DEVICE}`,
  ];
}

/** Commands of a router whose link `NAT64_LINK` has IPv6 alone. */
export function routerNat64(place: SitePlace, place6: SitePlace): readonly string[] {
  const pairs = place.clients.map(({ address }, index) => ({
    address,
    address6: place6.clients[index]?.address ?? '',
  }));
  return [
    ...tayga('lan', SELF.router, pairs, [`dynamic-pool ${POOL}`]),
    `ip addr add ${place.lan}/32 dev lan`,
    `ip route add ${POOL} dev lan`,
    `ip -6 route add ${NAT64_PREFIX} dev lan`,
    ...pairs.flatMap(({ address, address6 }) => [
      `ip route add ${address} dev lan`,
      `ip -6 route add ${standIn(address6)} via ${address6} dev ${NAT64_LINK}`,
    ]),
  ];
}

/** The address of IPv6 that stands for a client's of IPv4: in a network that is reached by way of the client. */
function standIn(address6: string): string {
  return address6.replace('::', ':64::');
}

/** It goes on in the background. */
function tayga(
  device: string,
  [own, own6]: readonly [string, string],
  pairs: readonly Pair[],
  others: readonly string[] = [],
): readonly string[] {
  return [
    'mkdir -p /dev/net /run/tayga',
    '[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200',
    "cat > /run/tayga/tayga.conf <<'CONF'",
    `tun-device ${device}`,
    `ipv4-addr ${own}`,
    `ipv6-addr ${own6}`,
    `prefix ${NAT64_PREFIX}`,
    ...pairs.map(({ address, address6 }) => `map ${address} ${standIn(address6)}`),
    ...others,
    'data-dir /run/tayga',
    'CONF',
    'tayga -c /run/tayga/tayga.conf --mktun >/dev/null',
    `ip link set ${device} mtu ${MTU} up`,
    'tayga -c /run/tayga/tayga.conf',
  ];
}
