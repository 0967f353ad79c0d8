/** The public side of natcheck as a library: one call opens every socket of it, one disposal closes them. */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../src/endpoint.ts';
import { now, wallClock } from '../src/net/driver.ts';
import { createOwner } from '../src/net/owner.ts';
import type { Pages } from './http/http.ts';
import { metricsPage } from './http/metrics-page.ts';
import { openHttp } from './http/open.ts';
import { createRegistry } from './metrics.ts';
import { planOf, type ServerOptions } from './options.ts';
import type { PartnerView } from './partner/view.ts';
import { DEFAULT_LIMITS } from './rendezvous/decisions/limits.ts';
import { createRendezvous } from './rendezvous/decisions/rendezvous.ts';
import { addRendezvousMetrics } from './rendezvous/metrics.ts';
import { serveRendezvous } from './rendezvous/service.ts';
import { sumWith } from './services/metrics.ts';
import { openOrReserve } from './services/services.ts';
import { portOf, ticketIssuerFor } from './services/start.ts';
import { createTurnUsers } from './services/turn-users.ts';
import { closeAll } from './sockets/bind.ts';
import { checkPorts, type ReachOptions } from './sockets/check/check-ports.ts';
import type { ReachReport } from './sockets/check/report.ts';
import { addConnectionMetrics } from './sockets/metrics.ts';
import type { ServedAddress } from './sockets/served-address.ts';
import type { BoundTicket } from './stun/answer.ts';
import { endpointsOf, type Layout } from './stun/decisions/layout.ts';
import { DEFAULT_RELAY_PORTS, DEFAULT_TURNS_PORT, isOpenRelay } from './turn/options.ts';
import { sessionSecretFor, turnServersOf } from './turn/turn-servers.ts';

export type { Endpoint, Family } from '../src/endpoint.ts';
export type { Reason } from '../src/nat/reason.ts';
export type { ServerOptions } from './options.ts';
export type { Standing } from './partner/decisions/standing.ts';
export type { PartnerOptions } from './partner/options.ts';
export type { PartnerView } from './partner/view.ts';
export type { RendezvousLimits } from './rendezvous/decisions/limits.ts';
export type { ReachOptions } from './sockets/check/check-ports.ts';
export {
  outcomeOf,
  type PortVerdict,
  type ReachReport,
  type TcpReach,
  type UdpReach,
} from './sockets/check/report.ts';
export { defaultAddresses } from './sockets/default-address.ts';
export type { ServedAddress } from './sockets/served-address.ts';
export type { Tls } from './sockets/tls.ts';
export { StartError, type StartErrorCode } from './start-error.ts';
export type { Layout } from './stun/decisions/layout.ts';
export type { RelayUser } from './turn/decisions/access/users.ts';
export type { RelayLimits } from './turn/decisions/limits.ts';
export type { OtherTurnOptions, RelayServerOptions } from './turn/options.ts';

export interface NatcheckServer extends AsyncDisposable {
  /** Every UDP endpoint that the server answers on, as it is announced, the primary one first. */
  readonly addresses: readonly Endpoint[];
  /** The addresses of this host that are bound, each with the one that is announced for it. */
  readonly served: readonly ServedAddress[];
  /** One layout for each family in use, of announced addresses. */
  readonly layouts: readonly Layout[];
  /** HTTP and the rendezvous are on this port of every address. */
  readonly httpPort: number;
  readonly isSecure: boolean;
  /** Whether the rendezvous wants a token. */
  readonly isGuarded: boolean;
  /**
   * TURN over UDP and TCP is on the primary port of every address, over TLS on `turnsPort`; null where there is no
   * relay.
   */
  readonly relay: {
    readonly turnsPort: number | null;
    /** Whether everybody who joins a room may use it. */
    readonly isOpen: boolean;
  } | null;
  /** One for each family that has a partner. */
  readonly partners: readonly PartnerView[];
  /** The TURN servers that the rendezvous offers to its peers. */
  readonly turnUrls: readonly string[];
  /** The ids of the processes that serve STUN and TURN; empty where this one does. */
  readonly workers: () => readonly number[];
}

/**
 * Starts the server; it answers on all of its endpoints when the promise resolves.
 * @throws StartError when it cannot be had as asked; nothing is left open then.
 */
export async function startServer(options: ServerOptions): Promise<NatcheckServer> {
  const plan = planOf(options);
  const metrics = createRegistry();
  await using owner = createOwner();
  const services = owner.use(await openOrReserve(plan, options));
  const { bound } = services;
  const { layouts, stun } = bound;
  const { relay, authToken, limits, otherStun } = options;
  const secrets = { ticketSecret: randomBytes(32), sessionSecret: sessionSecretFor(relay, randomBytes) };
  const { turnsPort } = bound;
  const turnServers = turnServersOf(options, {
    ...{ secret: secrets.sessionSecret, primaries: stun.addresses, port: stun.port, turnsPort },
  });
  const turnUsers = createTurnUsers();
  const rendezvous = createRendezvous({
    stun: { ...stun, ...(otherStun && { others: [...otherStun] }) },
    authToken,
    limits,
    randomBytes,
    issueTicket: ticketIssuerFor({ secret: secrets.ticketSecret, unixMs: wallClock }),
    turnFor: turnServers.serversFor,
    turnUsers,
  });
  addRendezvousMetrics(metrics, rendezvous);
  const pages = pagesOf(
    sumWith(metrics, () => services.readMetrics()),
    options,
  );
  const { http, admission } = await openHttp(
    { served: plan.families.flat(), httpPort: plan.httpPort },
    { pages, tls: options.tls, now, peersPerSource: { ...DEFAULT_LIMITS, ...limits }.peersPerSource },
  );
  owner.defer(() => closeAll(http));
  addConnectionMetrics(metrics, { http: admission, ...(services.admission && { turn: services.admission }) });
  const service = owner.use(serveRendezvous({ rendezvous, http, now }));
  const onBound = (ticket: BoundTicket): void => service.handle({ kind: 'bound', ...ticket });
  const { partners } = await services.serve({ ...secrets, metrics, turnUsers, onBound });
  const kept = owner.move();
  return {
    addresses: layouts.flatMap(endpointsOf),
    served: plan.families.flat(),
    layouts,
    httpPort: portOf(http, plan.httpPort),
    isSecure: options.tls !== undefined,
    isGuarded: authToken !== undefined,
    relay: relay ? { turnsPort, isOpen: isOpenRelay(relay, authToken) } : null,
    partners,
    turnUrls: turnServers.urls,
    workers: services.pids,
    [Symbol.asyncDispose]: kept[Symbol.asyncDispose],
  };
}

/**
 * Checks which ports a server with these options would be reached on, through STUN servers of others; it must not be running
 * meanwhile.
 * @throws StartError when it cannot be had as asked; UsageError for a server name that is none; the signal's reason when aborted.
 */
export async function checkReach(options: ServerOptions, how: ReachOptions = {}): Promise<ReachReport> {
  const { relay, tls } = options;
  const { ports = DEFAULT_RELAY_PORTS, turnsPort = DEFAULT_TURNS_PORT } = relay ?? {};
  const checked = { ports, turnsPort: tls ? turnsPort : null };
  return checkPorts({ ...planOf(options), isSecure: tls !== undefined, relay: relay ? checked : null }, how);
}

function pagesOf(metrics: Parameters<typeof metricsPage>[0], { metricsToken }: ServerOptions): Pages {
  return {
    '/healthz': () => ({ contentType: 'text/plain', body: 'ok\n' }),
    '/metrics': metricsPage(metrics, metricsToken),
  };
}
