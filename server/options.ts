/** The options of a server, checked before any socket is opened. */
import ipaddr from 'ipaddr.js';
import { DEFAULT_ALT_PORT, DEFAULT_HTTP_PORT, DEFAULT_PORT, type Family, familyOf } from '../src/endpoint.ts';
import { parseServerName } from '../src/net/lookup/server-name.ts';
import { STUN_OTHERS_MAX, TOKEN_MAX_CHARACTERS } from '../src/rendezvous/protocol/bounds.ts';
import { DEFAULT_LIMITS, type RendezvousLimits } from './rendezvous/decisions/limits.ts';
import type { Tls } from './sockets/tls.ts';
import { checkPort, StartError } from './start-error.ts';
import { checkOtherTurn, checkRelay, type OtherTurnOptions, type RelayServerOptions } from './turn/options.ts';

/** SOFTWARE has fewer than 128 characters (RFC 8489 §14.14). */
const SOFTWARE_MAX_CHARACTERS = 127;
/** A primary address, and one to change to (RFC 5780 §6). */
const MAX_ADDRESSES_PER_FAMILY = 2;

export interface ServerOptions {
  /** Addresses of this host, one or two of each family; the first of a family is its primary one. */
  readonly ip: readonly string[];
  /** 0 takes any port that is free on every address. */
  readonly port?: number;
  readonly altPort?: number;
  readonly httpPort?: number;
  /**
   * Sent as SOFTWARE in every success reply that it makes no longer than the request; left out, there is no SOFTWARE.
   */
  readonly software?: string;
  /** The token that a peer has to show to join a room; left out, everybody may join. */
  readonly authToken?: string;
  /** The token that whoever reads /metrics has to show, on this host too; left out, only this host may read them. */
  readonly metricsToken?: string;
  /** HTTPS and secure WebSockets in place of plain ones. */
  readonly tls?: Tls;
  /** Replaces default limits of the rendezvous; `peersPerSource` also bounds the TCP connections of a source. */
  readonly limits?: Partial<RendezvousLimits>;
  /** A TURN server on the primary port, over UDP and TCP; left out, there is none. */
  readonly relay?: RelayServerOptions;
  /** STUN servers of others that the rendezvous names to its peers, as `HOST` or `HOST:PORT`: of use where this one has one address. */
  readonly otherStun?: readonly string[];
  /** The Redis by which this server is one with others: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]` or `rediss://…`. */
  readonly redis?: string;
  /** Other TURN servers that the rendezvous offers to its peers. */
  readonly otherTurn?: OtherTurnOptions;
}

export interface Plan {
  /** The addresses of each family in use. */
  readonly families: readonly (readonly [string] | readonly [string, string])[];
  readonly port: number;
  readonly altPort: number;
  readonly httpPort: number;
  readonly software?: string;
}

/** @throws StartError when the options contradict each other, or name an address or a port that cannot be. */
export function planOf(options: ServerOptions): Plan {
  const {
    ip,
    port = DEFAULT_PORT,
    altPort = DEFAULT_ALT_PORT,
    httpPort = DEFAULT_HTTP_PORT,
    software,
    relay,
    otherTurn,
  } = options;
  const addresses = ip.map(checkedAddress);
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  if (twice !== undefined) throw new StartError('duplicate-address', `${twice} is given twice`);
  if (addresses.length === 0) throw new StartError('no-address', 'there is no address to listen on');
  checkPort('port', port);
  checkPort('alt-port', altPort);
  checkPort('http-port', httpPort);
  if (port === altPort && port !== 0) {
    throw new StartError(
      'same-ports',
      `port and alt-port are both ${port}: to change the port takes two different ones`,
    );
  }
  if (software !== undefined && (software === '' || software.length > SOFTWARE_MAX_CHARACTERS)) {
    throw new StartError('bad-software', `software must have 1 to ${SOFTWARE_MAX_CHARACTERS} characters`);
  }
  checkAccess(options);
  checkOtherStun(options);
  if (relay) checkRelay(relay, options.authToken);
  if (otherTurn) checkOtherTurn(otherTurn);
  const families = (['IPv4', 'IPv6'] as const).flatMap((family) => ofFamily(addresses, family));
  return { families, port, altPort, httpPort, ...(software === undefined ? {} : { software }) };
}

/** Checks the tokens and the limits. */
function checkAccess({ authToken, metricsToken, limits }: ServerOptions): void {
  checkToken('the token', authToken);
  checkToken('the metrics token', metricsToken);
  if (metricsToken !== undefined && !/^[\x21-\x7e]+$/.test(metricsToken)) {
    throw new StartError('bad-token', 'the metrics token must have printable ASCII characters only, and no spaces');
  }
  const { peersPerSource } = { ...DEFAULT_LIMITS, ...limits };
  if (!Number.isInteger(peersPerSource) || peersPerSource < 1) {
    throw new StartError('bad-limit', `peersPerSource is ${peersPerSource}: it must be 1 or more`);
  }
}

function checkOtherStun({ otherStun = [] }: ServerOptions): void {
  if (otherStun.length > STUN_OTHERS_MAX) {
    throw new StartError('bad-stun', `${otherStun.length} STUN servers are given: at most ${STUN_OTHERS_MAX} are told`);
  }
  for (const text of otherStun) {
    try {
      parseServerName(text);
    } catch (error) {
      throw new StartError('bad-stun', (error as Error).message);
    }
  }
}

function checkToken(name: string, token: string | undefined): void {
  if (token === undefined || (token !== '' && token.length <= TOKEN_MAX_CHARACTERS)) return;
  throw new StartError('bad-token', `${name} must have 1 to ${TOKEN_MAX_CHARACTERS} characters`);
}

function checkedAddress(text: string): string {
  if (!ipaddr.isValid(text) || (familyOf(text) === 'IPv4' && !ipaddr.IPv4.isValidFourPartDecimal(text))) {
    throw new StartError('bad-address', `'${text}' is not an IP address`);
  }
  const address = ipaddr.parse(text);
  const range = address.range();
  switch (range) {
    case 'unspecified':
      throw new StartError('bad-address', `${text} means every address: name the ones that replies are to come from`);
    case 'multicast':
    case 'broadcast':
    case 'ipv4Mapped':
    case 'linkLocal':
      throw new StartError('bad-address', `${text} cannot be served from: it is ${RANGE_NAME[range]}`);
    default:
      return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
  }
}

const RANGE_NAME = {
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
  ipv4Mapped: 'an IPv4 address written as IPv6',
  linkLocal: 'valid on one link only',
} as const;

function ofFamily(addresses: readonly string[], family: Family): Plan['families'] {
  const [primary, other, third] = addresses.filter((address) => familyOf(address) === family);
  if (third !== undefined) {
    const most = MAX_ADDRESSES_PER_FAMILY;
    throw new StartError('too-many-addresses', `${third} is one ${family} address too many: at most ${most} are used`);
  }
  if (primary === undefined) return [];
  return [other === undefined ? [primary] : [primary, other]];
}
