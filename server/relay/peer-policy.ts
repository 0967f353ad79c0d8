/** To whom data may be relayed: not into the networks that the server stands in, nor to the server itself. */
import ipaddr from 'ipaddr.js';
import { type Endpoint, sameEndpoint } from '../../src/endpoint.ts';
import { peerKey, type State } from './state.ts';

export interface PeerPolicy {
  /** Private and loopback addresses too, and the server's own services: for a lab, or a network of one's own. */
  readonly allowPrivate: boolean;
  /** Every address of this host, as RFC 5952 writes it. */
  readonly own: readonly string[];
  /** Services of its own that may be reached all the same: where a peer without UDP shows its relayed endpoint. */
  readonly services?: readonly Endpoint[];
}

/** RFC 5737 §3 and RFC 3849: nobody has them, except in a lab; ipaddr.js counts them among the reserved ones. */
const DOCUMENTATION = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32'].map((one) =>
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
export function isAllowedAddress({ policy, addresses }: Pick<State, 'policy' | 'addresses'>, address: string): boolean {
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (policy.allowPrivate && PRIVATE.has(range)) return true;
  const isOrdinary = range === 'unicast' && !isIn(parsed, IPV4_COMPATIBLE);
  if (!isOrdinary && !DOCUMENTATION.some((one) => isIn(parsed, one))) return false;
  // Of the server's own addresses those of its relayed sockets, as two of its users may be each other's peers.
  return policy.allowPrivate || !policy.own.includes(address) || Object.values(addresses).includes(address);
}

/** Whether data may go to the endpoint, its address being allowed: of the server itself, to a relayed socket or to what it offers. */
export function isAllowedEndpoint({ policy, byRelayed }: State, peer: Endpoint): boolean {
  if (peer.port === 0) return false;
  if (policy.allowPrivate || !policy.own.includes(peer.address)) return true;
  return byRelayed.has(peerKey(peer)) || (policy.services ?? []).some((one) => sameEndpoint(one, peer));
}

type Address = ReturnType<typeof ipaddr.parse>;

function isIn(address: Address, range: ReturnType<typeof ipaddr.parseCIDR>): boolean {
  return address.kind() === range[0].kind() && address.match(range);
}
