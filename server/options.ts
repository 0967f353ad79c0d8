/** What a server can be asked for, and the check of it before any socket is opened. */
import ipaddr from 'ipaddr.js';
import { type Family, familyOf } from '../src/endpoint.ts';
import { DEFAULT_ALT_PORT, DEFAULT_HTTP_PORT, DEFAULT_PORT } from '../src/ports.ts';
import { TOKEN_MAX_CHARACTERS } from '../src/rendezvous/protocol/bounds.ts';
import { DEFAULT_LIMITS, type RendezvousLimits } from './rendezvous/decisions/limits.ts';
import type { Tls } from './sockets/tls.ts';
import { checkPort, StartError } from './start-error.ts';
import { checkOtherTurn, checkRelay, type OtherTurnOptions, type RelayServerOptions } from './turn/options.ts';

/** RFC 8489 §14.14: fewer than 128 characters. */
const SOFTWARE_MAX_CHARACTERS = 127;
/** RFC 5780 §6: a primary address, and one to change to. */
const MAX_ADDRESSES_PER_FAMILY = 2;

export interface ServerOptions {
  /** Addresses of this host, one or two of each family; the first of a family is its primary one. */
  readonly ip: readonly string[];
  /** Port 0 is any free one, the same on every address. */
  readonly port?: number;
  readonly altPort?: number;
  readonly httpPort?: number;
  /** Sent as SOFTWARE with every success reply that is no longer for it than its request; left out, nothing is. */
  readonly software?: string;
  /** What a peer of the rendezvous has to know; left out, everybody may join. */
  readonly authToken?: string;
  /** What whoever reads /metrics has to know, this host too; left out, this host alone may. */
  readonly metricsToken?: string;
  /** HTTPS and secure WebSockets in place of plain ones. */
  readonly tls?: Tls;
  /** For those of the rendezvous that are not to be the usual ones; `peersPerSource` sets TCP connections of a source too. */
  readonly limits?: Partial<RendezvousLimits>;
  /** A TURN server on the primary port, over UDP and TCP; left out, there is none. */
  readonly relay?: RelayServerOptions;
  /** TURN servers of others that the peers of the rendezvous are told of. */
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

/** @throws StartError when the options contradict themselves, or name what no host has. */
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
  if (addresses.length === 0) throw new StartError('no-address', 'no address to listen on');
  checkPort('port', port);
  checkPort('alt-port', altPort);
  checkPort('http-port', httpPort);
  if (port === altPort && port !== 0) {
    throw new StartError('same-ports', `port and alt-port are both ${port}: the change of port needs two`);
  }
  if (software !== undefined && (software === '' || software.length > SOFTWARE_MAX_CHARACTERS)) {
    throw new StartError('bad-software', `software has 1 to ${SOFTWARE_MAX_CHARACTERS} characters`);
  }
  checkAccess(options);
  if (relay) checkRelay(relay, options.authToken);
  if (otherTurn) checkOtherTurn(otherTurn);
  const families = (['IPv4', 'IPv6'] as const).flatMap((family) => ofFamily(addresses, family));
  return { families, port, altPort, httpPort, ...(software === undefined ? {} : { software }) };
}

/** What decides who may have what. */
function checkAccess({ authToken, metricsToken, limits }: ServerOptions): void {
  checkToken('the token', authToken);
  checkToken('the token of the metrics', metricsToken);
  if (metricsToken !== undefined && !/^[\x21-\x7e]+$/.test(metricsToken)) {
    throw new StartError('bad-token', 'the token of the metrics has printable ASCII characters only, and no space');
  }
  const { peersPerSource } = { ...DEFAULT_LIMITS, ...limits };
  if (!Number.isInteger(peersPerSource) || peersPerSource < 1) {
    throw new StartError('bad-limit', `the peers of one source are ${peersPerSource}: 1 or more`);
  }
}

function checkToken(name: string, token: string | undefined): void {
  if (token === undefined || (token !== '' && token.length <= TOKEN_MAX_CHARACTERS)) return;
  throw new StartError('bad-token', `${name} has 1 to ${TOKEN_MAX_CHARACTERS} characters`);
}

function checkedAddress(text: string): string {
  if (!ipaddr.isValid(text) || (familyOf(text) === 'IPv4' && !ipaddr.IPv4.isValidFourPartDecimal(text))) {
    throw new StartError('bad-address', `'${text}' is not an IP address`);
  }
  const address = ipaddr.parse(text);
  const range = address.range();
  switch (range) {
    case 'unspecified':
      throw new StartError('bad-address', `${text} is every address: name the ones that replies shall come from`);
    case 'multicast':
    case 'broadcast':
    case 'ipv4Mapped':
    case 'linkLocal':
      throw new StartError('bad-address', `${text} is no address to serve from: it is ${RANGE_NAME[range]}`);
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
