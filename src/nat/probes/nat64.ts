/**
 * Finds the way to a server's other address for a host that reaches the server through a NAT64 (RFC 6146): the server names
 * its addresses of IPv4, and the host needs them behind the prefix by which it has written the first one (RFC 6052 §2.2).
 */
import ipaddr from 'ipaddr.js';
import { canonicalAddress, type Endpoint, familyOf } from '../../endpoint.ts';

/** A prefix of 96 bits and an address of 32, as hosts write them that know no other prefix (RFC 6052 §2.2). */
const PREFIX_BYTES = 12;

/**
 * @param server where the request went.
 * @param told what the server says: its `other` endpoint, and that from which it has answered (RESPONSE-ORIGIN, RFC 5780 §7.3).
 * @returns `other` behind the server's prefix, if the server is behind one; else `other` as it is.
 */
export function reachableOther(
  { address }: Endpoint,
  { other, origin }: { readonly other: Endpoint | null; readonly origin: Endpoint | null },
): Endpoint | null {
  if (!other || !origin || familyOf(address) !== 'IPv6') return other;
  if (familyOf(other.address) !== 'IPv4' || familyOf(origin.address) !== 'IPv4') return other;
  const prefix = ipaddr.IPv6.parse(address).toByteArray().slice(0, PREFIX_BYTES);
  const behind = (ipv4: string): string =>
    canonicalAddress(ipaddr.fromByteArray([...prefix, ...ipaddr.IPv4.parse(ipv4).toByteArray()]).toString());
  return behind(origin.address) === canonicalAddress(address) ? { ...other, address: behind(other.address) } : other;
}
