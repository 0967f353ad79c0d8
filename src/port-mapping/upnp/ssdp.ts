/** Searching for UPnP routers (UPnP Device Architecture 1.1 §1.3): a question to all on the link, and where each describes itself. */
import { once } from 'node:events';
import { isIP } from 'node:net';
import { scopeOf } from '../../address-scope.ts';
import { type Endpoint, familyOf, formatEndpoint } from '../../endpoint.ts';
import { openUdpSocket, type UdpSocket } from '../../net/udp-socket.ts';
import { pause } from '../../net/waits.ts';

/** UPnP Device Architecture 1.1 §1.1. */
export const SSDP_PORT = 1900;
export const SSDP_GROUP: Endpoint = { address: '239.255.255.250', port: SSDP_PORT };
/** All on the link (annex A.2). */
const IPV6_GROUP = 'ff02::c';

/** The group of all on the link of an interface, over IPv6. */
export function ipv6SsdpGroup(device: string): Endpoint {
  return { address: `${IPV6_GROUP}%${device}`, port: SSDP_PORT };
}

/** Where a router describes itself. */
export interface Location {
  readonly url: URL;
  /** The address of `url`; one of a link has the interface as its zone, which no URL can say (RFC 4007 §11). */
  readonly address: string;
}

/** A router of version 2 has to answer to both (§1.3.2); not every one does. */
const TARGETS = ['1', '2'].map((version) => `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`);
/** Datagrams get lost: asked again after these. */
const GAPS_MS = [300, 600] as const;
/** A link has one router or two. */
const MAX_LOCATIONS = 4;

/**
 * Asks from `local`, on its interface only, until the signal aborts.
 * @param options.at whom: the group of all, or single hosts.
 * @param options.onLocation is called once for each description that is believed.
 */
export async function searchRouters(options: {
  readonly local: string;
  readonly at: readonly Endpoint[];
  readonly signal: AbortSignal;
  readonly onLocation: (location: Location) => void;
}): Promise<void> {
  const { local, at, signal, onLocation } = options;
  const known = new Set<string>();
  const receive = (bytes: Uint8Array, { address }: Endpoint): void => {
    const location = believedLocation(Buffer.from(bytes).toString('latin1'), { from: address, local });
    if (!location || known.has(location.href) || known.size === MAX_LOCATIONS) return;
    known.add(location.href);
    onLocation({ url: location, address });
  };
  try {
    await using socket = await openUdpSocket({ address: local, port: 0 }, { isMulticast: true });
    socket.onDatagram(receive);
    await askRepeatedly(socket, at, signal);
  } catch {
    // Aborted; or the system gives no such socket, and there is nobody to be found.
  }
}

/** Sends every question as often as it is to be sent, then waits until the signal aborts. */
async function askRepeatedly(socket: UdpSocket, at: readonly Endpoint[], signal: AbortSignal): Promise<void> {
  const group = familyOf(socket.local.address) === 'IPv6' ? { address: IPV6_GROUP, port: SSDP_PORT } : SSDP_GROUP;
  const host = formatEndpoint(group);
  for (const gapMs of [...GAPS_MS, Number.POSITIVE_INFINITY]) {
    signal.throwIfAborted();
    for (const to of at) for (const target of TARGETS) socket.send(Buffer.from(searchFor(target, host)), to, () => {});
    await (gapMs === Number.POSITIVE_INFINITY ? once(signal, 'abort') : pause(gapMs, signal));
  }
}

/** `MX: 1` has the answers within a second (§1.3.2). */
function searchFor(target: string, host: string): string {
  const lines = ['M-SEARCH * HTTP/1.1', `HOST: ${host}`, 'MAN: "ssdp:discover"', 'MX: 1', `ST: ${target}`];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/**
 * Null when it is none, or not of the very host that answered, or when that host is not as close as this one: a router's
 * address on a private network is a private one. Over IPv6 it may also be closer, by its address on the link.
 */
export function believedLocation(
  text: string,
  { from, local }: { readonly from: string; readonly local: string },
): URL | null {
  const location = locationOf(text);
  const sender = withoutZone(from);
  if (!location || familyOf(sender) !== familyOf(local) || addressOf(location) !== sender) return null;
  const scope = scopeOf(sender);
  const isOnLink = familyOf(sender) === 'IPv6' && scope === 'link-local';
  return isOnLink || scope === scopeOf(local) ? location : null;
}

/** Null for what is no answer to a search (§1.3.3), or names no literal address. */
function locationOf(text: string): URL | null {
  const [first = '', ...lines] = text.split(/\r?\n/, 64);
  if (!/^HTTP\/1\.[01] 200\b/.test(first)) return null;
  const location = lines.map((line) => /^location:\s*(\S+)\s*$/i.exec(line)?.[1]).find((value) => value !== undefined);
  if (location === undefined || !URL.canParse(location)) return null;
  const url = new URL(location);
  return url.protocol === 'http:' && isIP(addressOf(url)) !== 0 ? url : null;
}

/** A URL has an IPv6 address in brackets. */
function addressOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}
