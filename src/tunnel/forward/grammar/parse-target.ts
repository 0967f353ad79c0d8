/** Reads what a user writes for a TARGET: `PORT`, `HOST:PORT`, `[IPv6]:PORT`, with `/udp` or `/tcp`, or a socket file. */
import { isIPv4, isIPv6 } from 'node:net';
import { posix } from 'node:path';
import { canonicalAddress } from '../../../endpoint.ts';
import { UsageError } from '../../../errors.ts';
import { visible } from '../../../visible.ts';
import type { PortTarget, SocketFile, Target, Transport } from './target.ts';

/** More than the longest host name with a port, or path of a socket file, takes. */
export const TEXT_MAX_CHARACTERS = 300;
/** A host name in text (RFC 1035 §2.3.4: 255 octets on the wire, of which two are no characters). */
const HOST_MAX_CHARACTERS = 253;
/** `sun_path` has 108 bytes on Linux and 104 elsewhere, of which the last one is 0 (unix(7)). */
const PATH_MAX_BYTES = 103;

const FORMS =
  'write PORT, HOST:PORT or [IPv6]:PORT, with /udp behind it where it is not TCP, or a socket file as /PATH, ./PATH or unix:PATH';

/** What says that a path follows, where a port or a host would stand otherwise. */
const PATH_BEGIN = /^(?:unix:|\/|\.\.?\/)/;

/** The place before `/udp` or `/tcp`, in parts. */
const PLACE = /^(?:(?<host>\[[^\]]*\]|[^:[\]/]*):)?(?<port>\d+)$/;
const HOST_NAME = /^(?!-)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/i;

/** @throws UsageError that names the text and says what to write. */
export function parseTarget(text: string): Target {
  checkLength(text, 'a target');
  if (isPath(text)) return parsePath(text);
  const { place, transport } = splitTransport(text);
  return { ...parsePlace(place, text), transport: transport ?? 'tcp' };
}

export function isPath(text: string): boolean {
  return PATH_BEGIN.test(text);
}

/** @param what names the text where it is empty or too long. @throws UsageError */
export function checkLength(text: string, what: string): void {
  if (text === '') throw new UsageError(`${what} is empty: ${FORMS}`);
  if (text.length > TEXT_MAX_CHARACTERS) {
    throw new UsageError(`${what} has ${text.length} characters: it may have ${TEXT_MAX_CHARACTERS}`);
  }
}

/** Cuts off `/udp` or `/tcp`. @throws UsageError when something else stands behind a slash. */
export function splitTransport(text: string): { readonly place: string; readonly transport: Transport | null } {
  const slash = text.indexOf('/');
  if (slash < 0) return { place: text, transport: null };
  const suffix = text.slice(slash + 1);
  if (suffix === 'udp' || suffix === 'tcp') return { place: text.slice(0, slash), transport: suffix };
  throw new UsageError(`${quoted(text)} ends in neither /udp nor /tcp: ${FORMS}`);
}

/** Reads a place without its transport. @throws UsageError that names `whole`. */
export function parsePlace(place: string, whole: string): Pick<PortTarget, 'kind' | 'host' | 'port'> {
  const groups = PLACE.exec(place)?.groups;
  if (!groups) throw new UsageError(`${quoted(whole)} ${fault(place)}`);
  return {
    kind: 'port',
    host: groups.host === undefined ? null : parseHost(groups.host, whole),
    port: parsePort(groups.port ?? '', whole),
  };
}

/** What is wrong with a place that has none of the forms. */
function fault(place: string): string {
  if (place.split(':').length > 2 && !place.includes('[')) {
    return 'has too many colons: an IPv6 address stands in brackets, as in [2001:db8::7]:22';
  }
  if (HOST_NAME.test(place) || isIPv4(place) || /^\[[^\]]*\]$/.test(place)) return 'has no port: write HOST:PORT';
  return `is no target: ${FORMS}`;
}

function parseHost(host: string, whole: string): string {
  if (host.startsWith('[')) {
    const address = host.slice(1, -1);
    if (isIPv6(address)) return address.includes('%') ? address : canonicalAddress(address);
    throw new UsageError(`${quoted(whole)} has no IPv6 address in its brackets`);
  }
  if (isIPv4(host)) return host;
  if (/^\d+$/.test(host)) throw new UsageError(`${quoted(whole)} has a number in place of a host: write HOST:PORT`);
  if (/^[\d.]+$/.test(host)) throw new UsageError(`${quoted(whole)} has an invalid IPv4 address`);
  if (host.length > HOST_MAX_CHARACTERS || !HOST_NAME.test(host)) {
    throw new UsageError(`${quoted(whole)} has an invalid host: write a name, an IPv4 address, or [IPv6]`);
  }
  return host.toLowerCase().replace(/\.$/, '');
}

function parsePort(digits: string, whole: string): number {
  const port = Number(digits);
  if (port <= 0xffff) return port;
  throw new UsageError(`${quoted(whole)} has no valid port: ports are 1 to 65535`);
}

/** @throws UsageError when there is no path, or no socket can have it. */
export function parsePath(text: string): SocketFile {
  const written = text.startsWith('unix:') ? text.slice('unix:'.length) : text;
  if (written === '' || written.endsWith('/')) throw new UsageError(`${quoted(text)} names no file: write unix:PATH`);
  const path = posix.normalize(written);
  if (path.includes('\0')) throw new UsageError(`${quoted(text)} has a zero byte, which no path has`);
  if (Buffer.byteLength(path) > PATH_MAX_BYTES) {
    throw new UsageError(`${quoted(text)} is too long for a socket file, which may have ${PATH_MAX_BYTES} bytes`);
  }
  return { kind: 'unix', path: /^(?:\/|\.\.?\/)/.test(path) ? path : `./${path}` };
}

export function quoted(text: string): string {
  return `'${visible(text)}'`;
}
