/** An IP transport address, as plain data: the one shape for "who" on the wire, in reports and in both labs. */
import ipaddr from 'ipaddr.js';

/** An IP address and a port. */
export interface Endpoint {
  /** IPv4 dotted quad or RFC 5952 IPv6 text. */
  readonly address: string;
  readonly port: number;
}

export type Family = 'IPv4' | 'IPv6';

export function familyOf(address: string): Family {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.address === b.address;
}

/** The one text by which addresses are compared: as the system writes them, IPv6 by RFC 5952. @throws Error when it is none. */
export function canonicalAddress(address: string): string {
  return familyOf(address) === 'IPv6' ? ipaddr.IPv6.parse(address).toRFC5952String() : address;
}

/** `203.0.113.7:3478` or `[2001:db8::7]:3478` (RFC 5952 §6). */
export function formatEndpoint({ address, port }: Endpoint): string {
  return familyOf(address) === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The ports of a natcheck server that is not told others, and where a client looks for them: STUN over UDP (RFC 8489 §18.6). */
export const DEFAULT_PORT = 3478;
/** The second UDP port, for the change of port. */
export const DEFAULT_ALT_PORT = 3479;
/** TCP: health, metrics, and what tells a live server behind a UDP block. */
export const DEFAULT_HTTP_PORT = 3480;
