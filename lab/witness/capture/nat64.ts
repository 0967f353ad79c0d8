/** Who is behind an address of NAT64: a client with IPv6 alone sees an IPv4 host under it (RFC 6052 §2.1, §2.2). */
import ipaddr from 'ipaddr.js';

const WELL_KNOWN = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** The IPv4 address within the well-known prefix; any other address as it is. */
export function withoutNat64(address: string): string {
  if (!address.startsWith('64:ff9b:')) return address;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.match(WELL_KNOWN) ? parsed.toByteArray().slice(12).join('.') : address;
}
