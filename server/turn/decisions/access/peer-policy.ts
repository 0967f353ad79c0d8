/** To whom data may be relayed: not into the networks that the server stands in, nor to the server itself. */
import ipaddr from 'ipaddr.js';
import { type Endpoint, sameEndpoint } from '../../../../src/endpoint.ts';
import { peerKey, type State } from '../state.ts';
import { type Host, knownHost, type Network } from './known-host.ts';

/** RFC 5737 §3 and RFC 3849: nobody has them, except in a lab; ipaddr.js counts them among the reserved ones. */
const DOCUMENTATION = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'].map((one) =>
  ipaddr.parseCIDR(one),
);
/**
 * Where clouds tell a machine its secrets, at addresses that are somebody's peer nowhere: Azure (wire server, in a public
 * range: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16), Alibaba, AWS and Google over
 * IPv6. 169.254.169.254 is link-local, and Oracle's 192.0.0.192 is reserved: neither is ever relayed to.
 */
const METADATA = ['168.63.129.16/32', '100.100.100.200/32', 'fd00:ec2::254/128', 'fd20:ce::254/128'].map((one) =>
  ipaddr.parseCIDR(one),
);
/** What `allowPrivate` adds. */
const PRIVATE: ReadonlySet<string> = new Set(['private', 'carrierGradeNat', 'uniqueLocal', 'loopback']);
/** ::/96, IPv4-compatible (RFC 4291 §2.5.5.1): deprecated, and another way to write an IPv4 address. */
const IPV4_COMPATIBLE = ipaddr.parseCIDR('::/96');

/**
 * Whether a permission may be had for the address.
 *
 * What is not an ordinary unicast address is refused, so that none of the ways to write an IPv4 address in IPv6 (mapped,
 * compatible, 6to4, Teredo, NAT64) leads around the rule.
 */
export function isAllowedAddress({ policy, host, addresses }: Rules, address: string): boolean {
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  const isIn = ([network, bits]: Network): boolean =>
    network.kind() === parsed.kind() && parsed.match([network, bits] as Network);
  if (METADATA.some(isIn)) return false;
  const isUnicast = range === 'unicast' && !isIn(IPV4_COMPATIBLE);
  if (!isUnicast && !PRIVATE.has(range) && !DOCUMENTATION.some(isIn)) return false;
  if (policy.allowPrivate) return true;
  // Of the server's own addresses those of its relayed sockets, as two of its users may be each other's peers.
  if (host.addresses.has(address)) return Object.values(addresses).includes(address);
  if (!PRIVATE.has(range) && !host.networks.some(isIn)) return true;
  return (policy.allowPeers ?? []).some((one) => isIn(ipaddr.parseCIDR(one)));
}

type Rules = Pick<State, 'policy' | 'host' | 'addresses'>;

/** Whether data may go to the endpoint, its address being allowed: of the server itself, to a relayed socket or to what it offers. */
export function isAllowedEndpoint({ policy, host, byRelayed }: State, peer: Endpoint): boolean {
  if (peer.port === 0) return false;
  if (policy.allowPrivate || !host.addresses.has(peer.address)) return true;
  return byRelayed.has(peerKey(peer)) || (policy.services ?? []).some((one) => sameEndpoint(one, peer));
}

/** The host is another one than it was: permissions that would not be given any more end now. */
export function setHost(state: State, host: Host): void {
  state.host = knownHost(host);
  for (const { permissions } of state.allocations.values()) {
    for (const address of permissions.keys()) if (!isAllowedAddress(state, address)) permissions.delete(address);
  }
}
