/** The public side of natcheck as a library: one call opens every socket of it, one disposal closes them. */
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import type { Endpoint } from '../src/endpoint.ts';
import { now } from '../src/net/driver.ts';
import { createOwner } from '../src/net/owner.ts';
import { enterFrom, startCluster } from './cluster/start.ts';
import type { Pages } from './http/http.ts';
import { metricsPage } from './http/metrics-page.ts';
import { createRegistry } from './metrics.ts';
import { openAll } from './open.ts';
import { planOf, type ServerOptions } from './options.ts';
import { createRendezvous } from './rendezvous/decisions/rendezvous.ts';
import { addRendezvousMetrics } from './rendezvous/metrics.ts';
import { serveRendezvous } from './rendezvous/service.ts';
import { boundOf, createTicketing, portOf, startStun, startTurn } from './services.ts';
import { closeAll } from './sockets/bind.ts';
import { addConnectionMetrics } from './sockets/metrics.ts';
import { endpointsOf, type Layout } from './stun/decisions/layout.ts';

export type { Endpoint } from '../src/endpoint.ts';
export type { ServerOptions } from './options.ts';
export type { RendezvousLimits } from './rendezvous/decisions/limits.ts';
export { defaultAddresses } from './sockets/default-address.ts';
export type { Tls } from './sockets/tls.ts';
export { StartError, type StartErrorCode } from './start-error.ts';
export type { Layout } from './stun/decisions/layout.ts';
export type { RelayUser } from './turn/decisions/access/users.ts';
export type { RelayLimits } from './turn/decisions/limits.ts';
export type { OtherTurnOptions, RelayServerOptions } from './turn/options.ts';

export interface NatcheckServer extends AsyncDisposable {
  /** Every UDP endpoint that the server answers on, the primary one first. */
  readonly addresses: readonly Endpoint[];
  /** One layout for each family in use. */
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
  /** The TURN servers that the rendezvous offers to its peers. */
  readonly turnUrls: readonly string[];
}

/**
 * Starts the server; it answers on all of its endpoints when the promise resolves.
 * @throws StartError when it cannot be had as asked; nothing is left open then.
 */
export async function startServer(options: ServerOptions): Promise<NatcheckServer> {
  const plan = planOf(options);
  const metrics = createRegistry();
  await using owner = createOwner();
  const opened = await openAll(plan, { ...options, pages: pagesOf(metrics, options), now });
  owner.defer(() => closeAll([...opened.primary, ...opened.alternate, ...opened.http, ...opened.turns]));
  addConnectionMetrics(metrics, opened.admissions);
  const bound = boundOf(plan, opened);
  const { layouts, stun } = bound;

  const isAttended = (session: string): boolean => rendezvous.hasTurnUser(session);
  const turn = startTurn(options, { opened, bound, metrics, isAttended });
  if (turn.service) owner.use(turn.service);
  const { authToken, limits, otherStun } = options;
  const entry = await enterFrom(options, owner);
  const { issueTicket, desk } = createTicketing(entry);
  const offer = { ...stun, ...(otherStun && { others: [...otherStun] }) };
  const rendezvous = createRendezvous({
    stun: offer,
    authToken,
    limits,
    randomBytes,
    issueTicket,
    turnFor: turn.servers.serversFor,
  });
  addRendezvousMetrics(metrics, rendezvous);
  const cluster = startCluster(options, { entry, rendezvous, stun: offer, metrics, owner });
  const service = owner.use(serveRendezvous({ rendezvous: cluster ?? rendezvous, http: opened.http, now }));
  await cluster?.start(service.carryOut);
  startStun({ opened, layouts, metrics, desk, service, relay: turn.service });
  const kept = owner.move();
  return {
    addresses: layouts.flatMap(endpointsOf),
    layouts,
    httpPort: portOf(opened.http, plan.httpPort),
    isSecure: options.tls !== undefined,
    isGuarded: authToken !== undefined,
    relay: turn.service && { turnsPort: turn.turnsPort, isOpen: turn.isOpen },
    turnUrls: turn.servers.urls,
    [Symbol.asyncDispose]: kept[Symbol.asyncDispose],
  };
}

function pagesOf(metrics: Registry, { metricsToken }: ServerOptions): Pages {
  return {
    '/healthz': () => ({ contentType: 'text/plain', body: 'ok\n' }),
    '/metrics': metricsPage(metrics, metricsToken),
  };
}
