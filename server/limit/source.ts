/** The source of a packet, as far as limits can tell: an IPv4 address, or the /64 of an IPv6 one. */
import ipaddr from 'ipaddr.js';
import { familyOf } from '../../src/endpoint.ts';

/**
 * The name under which a source is counted. For IPv6 these are the first 64 bits, the part that a site cannot choose
 * (RFC 6177 §2); an IPv4-mapped address counts as the IPv4 address.
 * @param address as the system writes it.
 */
export function sourceOf(address: string): string {
  // The system writes an IPv4 address in one way only, so that there is nothing to parse.
  if (familyOf(address) === 'IPv4') return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv4 ? parsed.toString() : parsed.parts.slice(0, 4).join(':');
}
