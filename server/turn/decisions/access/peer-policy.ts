/** Decides where data may be relayed to: not into the networks that the server is in, nor to the server itself. */
import ipaddr from 'ipaddr.js';
import { type Endpoint, sameEndpoint } from '../../../../src/endpoint.ts';
import { peerKey, type State } from '../state.ts';
import { type HostAddresses, knownHost, type Network } from './known-host.ts';

/** Nobody has these addresses (RFC 5737 §3, RFC 3849) except in a lab; ipaddr.js counts them as reserved. */
const DOCUMENTATION = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'].map((one) =>
  ipaddr.parseCIDR(one),
);
/**
 * The addresses where clouds tell a machine its secrets, which are never a peer's: Azure (wire server, in a public
 * range: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16), Alibaba, AWS and Google
 * over IPv6. 169.254.169.254 is link-local, and Oracle's 192.0.0.192 is reserved: neither is ever relayed to.
 */
const METADATA = ['168.63.129.16/32', '100.100.100.200/32', 'fd00:ec2::254/128', 'fd20:ce::254/128'].map((one) =>
  ipaddr.parseCIDR(one),
);
/** The ranges that `allowPrivate` adds. */
const PRIVATE: ReadonlySet<string> = new Set(['private', 'carrierGradeNat', 'uniqueLocal', 'loopback']);
/** IPv4-compatible addresses (RFC 4291 §2.5.5.1) are deprecated, and another way to write an IPv4 address. */
const IPV4_COMPATIBLE = ipaddr.parseCIDR('::/96');

/**
 * Whether a permission may be had for the address.
 *
 * Everything but an ordinary unicast address is refused, so that none of the ways to write an IPv4 address in IPv6
 * (mapped, compatible, 6to4, Teredo, NAT64) gets around the rule.
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
  // On the server itself only the addresses of relayed sockets are allowed, as two of its users may be each other's
  // peers.
  if (host.addresses.has(address)) return Object.values(addresses).includes(address);
  if (!PRIVATE.has(range) && !host.networks.some(isIn)) return true;
  return (policy.allowPeers ?? []).some((one) => isIn(ipaddr.parseCIDR(one)));
}

type Rules = Pick<State, 'policy' | 'host' | 'addresses'>;

/**
 * Whether data may go to an endpoint whose address is allowed. On the server itself it may go to relayed sockets and to
 * the services of the policy.
 */
export function isAllowedEndpoint({ policy, host, byRelayed, relayedElsewhere }: State, peer: Endpoint): boolean {
  if (peer.port === 0) return false;
  if (policy.allowPrivate || !host.addresses.has(peer.address)) return true;
  const key = peerKey(peer);
  if (byRelayed.has(key) || relayedElsewhere.has(key)) return true;
  return (policy.services ?? []).some((one) => sameEndpoint(one, peer));
}

/** Takes note of a relayed socket of another process, which users of this one may have as their peer. */
export function setElsewhere(
  { relayedElsewhere }: State,
  { endpoint, isThere }: { readonly endpoint: Endpoint; readonly isThere: boolean },
): void {
  if (isThere) relayedElsewhere.add(peerKey(endpoint));
  else relayedElsewhere.delete(peerKey(endpoint));
}

/** Takes note that the host has changed; permissions that would no longer be given end now. */
export function setHost(state: State, host: HostAddresses): void {
  state.host = knownHost(host);
  for (const allocation of state.allocations.values()) {
    allocation.permissions = allocation.permissions.filter(({ address }) => isAllowedAddress(state, address));
  }
}
