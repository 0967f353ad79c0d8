/** The options of a server, checked before any socket is opened. */
import { DEFAULT_ALT_PORT, DEFAULT_HTTP_PORT, DEFAULT_PORT } from '../src/endpoint.ts';
import { parseServerName } from '../src/net/lookup/server-name.ts';
import { STUN_OTHERS_MAX, TOKEN_MAX_CHARACTERS } from '../src/rendezvous/protocol/bounds.ts';
import { checkOrigins, type PageOptions } from './http/options.ts';
import { checkOperation, type OperationOptions } from './operations/options.ts';
import type { Standing } from './partner/decisions/standing.ts';
import { checkPartner, type PartnerOptions } from './partner/options.ts';
import type { PartnerView } from './partner/view.ts';
import { DEFAULT_LIMITS, type RendezvousLimits } from './rendezvous/decisions/limits.ts';
import { checkWorkers } from './services/options.ts';
import type { ServicesPlan } from './services/plan.ts';
import { servedAddresses } from './sockets/served-address.ts';
import type { Tls } from './sockets/tls.ts';
import { checkPort, StartError } from './start-error.ts';
import {
  checkOtherTurn,
  checkRegion,
  checkRelay,
  type OtherTurnOptions,
  type RelayServerOptions,
} from './turn/options.ts';

/** SOFTWARE has fewer than 128 characters (RFC 8489 §14.14). */
const SOFTWARE_MAX_CHARACTERS = 127;

export interface ServerOptions extends OperationOptions, PageOptions {
  /**
   * Addresses of this host, one or two of each family; the first of a family is its primary one. Behind a 1:1 NAT, as
   * clouds have it, `PRIVATE=PUBLIC`: the address to bind, and the one by which clients know it.
   */
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
  /** How many processes serve STUN and TURN, each on a core of its own; default: 0, for this process alone. */
  readonly workers?: number;
  /** STUN servers of others that the rendezvous names to its peers, as `HOST` or `HOST:PORT`: of use where this one has one address. */
  readonly otherStun?: readonly string[];
  /** The Redis by which this server is one with others: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]` or `rediss://…`. */
  readonly redis?: string;
  /** Ends a start that waits for Redis; a server that has started goes on. */
  readonly signal?: AbortSignal;
  /** A server that answers from another address, so that the two with one address each are one for behaviour tests. */
  readonly partner?: PartnerOptions;
  /** Hears each time how it stands with the partner of a family, when that has changed. */
  readonly onPartner?: (partner: PartnerView, standing: Standing) => void;
  /** Where this server is, under any name: peers that are connected to it get relays of the same name before others. */
  readonly region?: string;
  /** Other TURN servers that the rendezvous offers to its peers. */
  readonly otherTurn?: OtherTurnOptions;
}

export interface Plan extends ServicesPlan {
  readonly httpPort: number;
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
  const families = servedAddresses(ip);
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
  checkOperation(options);
  checkOrigins(options);
  checkWorkers(options);
  if (relay) checkRelay(relay, options.authToken);
  if (otherTurn) checkOtherTurn(otherTurn);
  checkRegion(options.region);
  if (options.partner) checkPartner(options.partner, families);
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
