/**
 * Candidates to and from SDP lines (RFC 8839 §5.1). What cannot be used is a value with the reason, never an exception.
 *
 *   candidate:<foundation> <component> <transport> <priority> <address> <port> typ <type> [raddr <a>] [rport <p>] …
 */
import ipaddr from 'ipaddr.js';
import { canonicalAddress, type Endpoint, familyOf } from '../../endpoint.ts';
import { CANDIDATE_TYPES, type Candidate, type CandidateType, COMPONENT } from './candidate.ts';

export type IgnoredReason =
  | 'malformed'
  /** RFC 6544. */
  | 'tcp'
  | 'unknown-transport'
  | 'unknown-type'
  /** RTCP's, say: there is one component here. */
  | 'other-component'
  /** A `.local` name that hides an address; nobody here asks multicast DNS. */
  | 'mdns'
  /** A name: agents must not be made to look one up (RFC 8839 §5.1). */
  | 'name'
  | 'port';

/** What became of a candidate line. */
export type ParsedCandidate =
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  | { readonly kind: 'ignored'; readonly reason: IgnoredReason };

/** RFC 8445 §5.1.2: from 1 to 2³¹ − 1. */
const MAX_PRIORITY = 2 ** 31 - 1;
const MAX_PORT = 65_535;
/** More than any line an agent writes; a longer one is not looked at. */
const MAX_LINE_CHARS = 1024;

/** The value of the attribute, without `a=`. */
export function formatCandidate({ foundation, priority, endpoint, type, related }: Candidate): string {
  const { address, port } = endpoint;
  const line = `candidate:${foundation} ${COMPONENT} udp ${priority} ${address} ${port} typ ${type}`;
  return related ? `${line} raddr ${related.address} rport ${related.port}` : line;
}

/** Reads a line with or without `a=` and `candidate:`; extensions are read over. */
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
  if (!isAddress(address)) return ignored(address.toLowerCase().endsWith('.local') ? 'mdns' : 'name');
  if (port === 0) return ignored('port');
  const endpoint = { address: canonicalAddress(address), port };
  return { kind: 'candidate', candidate: { type, endpoint, foundation, priority, related: relatedOf(fields) } };
}

/** Diagnostic only, so that one not well formed is as good as none. */
function relatedOf(fields: readonly string[]): Endpoint | null {
  const [address, port] = [extensionOf(fields, 'raddr'), integer(extensionOf(fields, 'rport'), MAX_PORT)];
  return isAddress(address) && port !== null ? { address: canonicalAddress(address), port } : null;
}

/** Names and values take turns from the ninth field on. */
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

function isAddress(text: string): boolean {
  if (familyOf(text) === 'IPv6') return ipaddr.IPv6.isValid(text) && !text.includes('%');
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}
