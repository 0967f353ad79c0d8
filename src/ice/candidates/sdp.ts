/**
 * Candidates as SDP lines (RFC 8839 §5.1), read and written. A line that cannot be used gives the reason, and never throws.
 *
 *   candidate:<foundation> <component> <transport> <priority> <address> <port> typ <type> [raddr <a>] [rport <p>] …
 */
import ipaddr from 'ipaddr.js';
import { canonicalAddress, type Endpoint, familyOf } from '../../endpoint.ts';
import { CANDIDATE_TYPES, type Candidate, type CandidateType, COMPONENT } from './candidate.ts';

/** Why a candidate line is not used. */
export type IgnoredReason =
  | 'malformed'
  /** It is a TCP candidate (RFC 6544). */
  | 'tcp'
  | 'unknown-transport'
  | 'unknown-type'
  /** It is for another component than 1, such as RTCP's. */
  | 'other-component'
  /** It has a `.local` name in place of an address, and multicast DNS is not asked. */
  | 'mdns'
  /** It has a domain name, which is not looked up (RFC 8839 §5.1). */
  | 'name'
  /** Its address has a zone, which means something on its own host only (RFC 4007 §6). */
  | 'zone'
  /** Its address is an IPv4 address written as IPv6, from which no socket sends (RFC 8445 §5.1.1.1). */
  | 'ipv4-mapped'
  /** Its port is 0. */
  | 'port';

/** What became of a candidate line. */
export type ParsedCandidate =
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason };

/** The bound of RFC 8445 §5.1.2. */
const MAX_PRIORITY = 2 ** 31 - 1;
const MAX_PORT = 65_535;
/** This is more than any agent writes; a longer line is not read. */
const MAX_LINE_CHARS = 1024;

/** Writes a candidate as the value of an SDP attribute, without `a=`. */
export function formatCandidate({ foundation, priority, endpoint, type, related }: Candidate): string {
  const { address, port } = endpoint;
  const line = `candidate:${foundation} ${COMPONENT} udp ${priority} ${address} ${port} typ ${type}`;
  return related ? `${line} raddr ${related.address} rport ${related.port}` : line;
}

/** Reads a candidate line, with or without `a=` and `candidate:`; extensions are ignored. */
export function parseCandidate(line: string): ParsedCandidate {
  if (line.length > MAX_LINE_CHARS) return ignored('malformed');
  const fields = line
    .trim()
    .replace(/^a=/, '')
    .replace(/^candidate:/i, '')
    .split(/ +/);
  const [foundation = '', component = '', transport = '', priorityText = '', address = '', portText = ''] = fields;
  const [, , , , , , typ, type = ''] = fields;
  const priority = integer(priorityText, MAX_PRIORITY);
  const port = integer(portText, MAX_PORT);
  const isWhole = /^[A-Za-z0-9+/]{1,32}$/.test(foundation) && integer(component, 256) && priority && port !== null;
  if (!isWhole || typ?.toLowerCase() !== 'typ') return ignored('malformed');
  if (transport.toLowerCase() === 'tcp') return ignored('tcp');
  if (transport.toLowerCase() !== 'udp') return ignored('unknown-transport');
  if (Number(component) !== COMPONENT) return ignored('other-component');
  if (!isCandidateType(type)) return ignored('unknown-type');
  if (!isAddress(address)) return ignored(whyNoAddress(address));
  if (isIpv4Mapped(address)) return ignored('ipv4-mapped');
  if (port === 0) return ignored('port');
  const endpoint = { address: canonicalAddress(address), port };
  return { kind: 'candidate', candidate: { type, endpoint, foundation, priority, related: relatedOf(fields) } };
}

/** The related address is diagnostic only, so that a malformed one counts as none. */
function relatedOf(fields: readonly string[]): Endpoint | null {
  const [address, port] = [extensionOf(fields, 'raddr'), integer(extensionOf(fields, 'rport'), MAX_PORT)];
  return isAddress(address) && port !== null ? { address: canonicalAddress(address), port } : null;
}

/** The value of an extension: from the ninth field on, names and values alternate. */
function extensionOf(fields: readonly string[], name: string): string {
  const at = fields.findIndex((field, index) => index >= 8 && index % 2 === 0 && field === name);
  return at < 0 ? '' : (fields[at + 1] ?? '');
}

function ignored(reason: IgnoredReason): ParsedCandidate {
  return { kind: 'ignored', reason };
}

function integer(text: string, max: number): number | null {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value <= max ? value : null;
}

function isCandidateType(type: string): type is CandidateType {
  return (CANDIDATE_TYPES as readonly string[]).includes(type);
}

function whyNoAddress(text: string): IgnoredReason {
  if (/^[\da-f:.]+%/i.test(text)) return 'zone';
  return text.toLowerCase().endsWith('.local') ? 'mdns' : 'name';
}

function isIpv4Mapped(address: string): boolean {
  return familyOf(address) === 'IPv6' && ipaddr.IPv6.parse(address).isIPv4MappedAddress();
}

function isAddress(text: string): boolean {
  if (familyOf(text) === 'IPv6') return ipaddr.IPv6.isValid(text) && !text.includes('%');
  // What is of another form would be told by an exception within, which takes longer than all the rest of a line.
  return /^\d+\.\d+\.\d+\.\d+$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text);
}
