/** Where peers meet: the rendezvous, by itself or as a node of a cluster, and the HTTP port by which it is reached. */
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import { BROWSER_PATH } from '../src/nat/browser/protocol.ts';
import { now, wallClock } from '../src/net/driver.ts';
import type { Owner } from '../src/net/owner.ts';
import { addPageMetrics } from './browser/metrics.ts';
import { type BrowserService, serveBrowsers } from './browser/service.ts';
import type { ClusterService } from './cluster/service.ts';
import { type Entry, startCluster } from './cluster/start.ts';
import type { HttpServer } from './http/http.ts';
import { openHttp } from './http/open.ts';
import { builtPage, pageFiles } from './http/page-files.ts';
import { routeUpgrades } from './http/upgrades.ts';
import { type MetricsServer, openMetricsServer } from './operations/metrics-server.ts';
import { metricsPages, publicPages } from './operations/pages.ts';
import type { Readiness } from './operations/readiness.ts';
import type { Plan, ServerOptions } from './options.ts';
import { DEFAULT_LIMITS } from './rendezvous/decisions/limits.ts';
import { createRendezvous, type Rendezvous, type RendezvousOptions } from './rendezvous/decisions/rendezvous.ts';
import { addRendezvousMetrics, addServiceMetrics } from './rendezvous/metrics.ts';
import { type RendezvousService, serveRendezvous } from './rendezvous/service.ts';
import { sumWith } from './services/metrics.ts';
import type { Services } from './services/services.ts';
import { ticketIssuerFor } from './services/start.ts';
import type { WatchedTurnUsers } from './services/turn-users.ts';
import { closeAll } from './sockets/bind.ts';
import { addConnectionMetrics } from './sockets/metrics.ts';

/** What the rendezvous is a part of. */
interface Surroundings extends Required<Pick<RendezvousOptions, 'turnFor' | 'relays'>> {
  readonly turnUsers: WatchedTurnUsers;
  readonly entry: Entry;
  readonly services: Services;
  readonly readiness: Readiness;
  readonly metrics: Registry;
  /** Closes what is opened. */
  readonly owner: Owner;
}

export interface Meeting {
  readonly rendezvous: Rendezvous;
  readonly service: RendezvousService;
  /** Measures the NATs of browsers; null where there is no page. */
  readonly browsers: BrowserService | null;
  /** Null where the server is the home of all its rooms; else it is to be started. */
  readonly cluster: ClusterService | null;
  readonly http: readonly HttpServer[];
  /** The metrics on an address of their own. */
  readonly scraped: MetricsServer | undefined;
}

/** @throws StartError when a port cannot be had. */
export async function openMeeting(plan: Plan, options: ServerOptions, around: Surroundings): Promise<Meeting> {
  const { entry, services, metrics, owner, turnFor, relays, turnUsers } = around;
  const { authToken, limits, otherStun, log } = options;
  const stun = { ...services.bound.stun, ...(otherStun && { others: [...otherStun] }) };
  const rendezvous = createRendezvous({
    ...{ stun, authToken, limits, randomBytes, turnFor, relays, turnUsers: turnUsers.keep() },
    issueTicket: ticketIssuerFor({ node: entry.node, secret: entry.secrets.ticket, unixMs: wallClock }),
  });
  addRendezvousMetrics(metrics, rendezvous);
  const { http, scraped } = await openPages(plan, options, around);
  const readRelay = () => (relays?.own ? { ...relays.own, load: services.load() } : null);
  const cluster = startCluster(options, {
    ...{ entry, rendezvous, stun, metrics, owner, readRelay, turnUsers: turnUsers.keep() },
  });
  const service = owner.use(serveRendezvous({ rendezvous: cluster ?? rendezvous, now, log }));
  addServiceMetrics(metrics, service);
  const browsers = startBrowsers(options, around);
  const upgrades = { '/': service.upgrade, ...(browsers && { [`/${BROWSER_PATH}`]: browsers.upgrade }) };
  routeUpgrades(http, upgrades, options);
  return { rendezvous, service, browsers, cluster, http, scraped };
}

function startBrowsers(
  { page = true, limits }: ServerOptions,
  { services: { layouts, transmit }, metrics, owner }: Surroundings,
): BrowserService | null {
  if (!page) return null;
  const { peersPerSource } = { ...DEFAULT_LIMITS, ...limits };
  const browsers = owner.use(serveBrowsers({ layouts, transmit, peersPerSource, now }));
  addPageMetrics(metrics, browsers);
  return browsers;
}

/** Opens the HTTP port, and the metrics on an address of their own where they are asked for there. */
async function openPages(
  { families, httpPort }: Plan,
  { tls, limits, metricsListen, metricsToken, page = true }: ServerOptions,
  { metrics, services, readiness, owner }: Surroundings,
): Promise<Pick<Meeting, 'http' | 'scraped'>> {
  const built = page ? builtPage() : null;
  const pages = { metrics: sumWith(metrics, () => services.readMetrics()), metricsToken, readiness };
  const { peersPerSource } = { ...DEFAULT_LIMITS, ...limits };
  const { http, admission } = await openHttp(
    { served: families.flat(), httpPort },
    { pages: publicPages({ ...pages, page: built === null ? {} : pageFiles(built) }), tls, now, peersPerSource },
  );
  owner.defer(() => closeAll(http));
  addConnectionMetrics(metrics, { http: admission, ...(services.admission && { turn: services.admission }) });
  const scraped = metricsListen && (await openMetricsServer(metricsListen, { pages: metricsPages(pages), now }));
  if (scraped) owner.use(scraped);
  return { http, scraped };
}
