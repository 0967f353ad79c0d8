/** The public side of natcheck as a library: one call opens every socket of it, one disposal closes them. */
import { randomBytes } from 'node:crypto';
import { type Endpoint, formatEndpoint } from '../src/endpoint.ts';
import { now } from '../src/net/driver.ts';
import { createOwner } from '../src/net/owner.ts';
import { type Opened, openAll } from './open.ts';
import { type ServerLog, SILENT } from './operations/log.ts';
import { createRegistry } from './operations/metrics.ts';
import { openMetricsServer } from './operations/metrics-server.ts';
import { createOperation, type Operation } from './operations/operation.ts';
import { metricsPages, publicPages } from './operations/pages.ts';
import { createReadiness, type Readiness } from './operations/readiness.ts';
import { reportRefusals } from './operations/refusals.ts';
import { openFilesMax, type Started, type StartWarning, warningsOf } from './operations/warnings.ts';
import { planOf, type ServerOptions } from './options.ts';
import { createPartners } from './partner/start.ts';
import type { PartnerView } from './partner/view.ts';
import { createRendezvous, type Rendezvous } from './rendezvous/decisions/rendezvous.ts';
import { addRendezvousMetrics } from './rendezvous/metrics.ts';
import { type RendezvousService, serveRendezvous } from './rendezvous/service.ts';
import { boundOf, createTicketing, portOf, startStun, startTurn, type Turn } from './services.ts';
import { closeAll } from './sockets/bind.ts';
import { checkPorts, type ReachOptions } from './sockets/check/check-ports.ts';
import type { ReachReport } from './sockets/check/report.ts';
import { addConnectionMetrics } from './sockets/metrics.ts';
import type { ServedAddress } from './sockets/served-address.ts';
import { endpointsOf, type Layout } from './stun/decisions/layout.ts';
import { DEFAULT_RELAY_LIMITS } from './turn/decisions/limits.ts';
import { DEFAULT_RELAY_PORTS, DEFAULT_TURNS_PORT } from './turn/options.ts';

export type { Endpoint, Family } from '../src/endpoint.ts';
export type { Reason } from '../src/nat/reason.ts';
export type { DrainEnd } from './operations/drain.ts';
export {
  createLog,
  type LogFields,
  type LogFormat,
  type LogLevel,
  type LogOptions,
  type ServerLog,
} from './operations/log.ts';
export type { Operation } from './operations/operation.ts';
export type { OperationOptions } from './operations/options.ts';
export type { StartWarning } from './operations/warnings.ts';
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

export interface NatcheckServer extends AsyncDisposable, Operation {
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
  /** Where the metrics are on an address of their own; null where they are not. */
  readonly metricsAt: Endpoint | null;
  /** What the operator had better know. */
  readonly warnings: readonly StartWarning[];
}

/**
 * Starts the server; it answers on all of its endpoints when the promise resolves.
 * @throws StartError when it cannot be had as asked; nothing is left open then.
 */
export async function startServer(options: ServerOptions): Promise<NatcheckServer> {
  const plan = planOf(options);
  const metrics = createRegistry();
  const { log = SILENT, metricsListen, metricsToken } = options;
  const readiness = createReadiness();
  const listening = readiness.require('listening');
  const pages = { metrics, metricsToken, readiness };
  await using owner = createOwner();
  const opened = await openAll(plan, { ...options, pages: publicPages(pages), now });
  owner.defer(() => closeAll([...opened.primary, ...opened.alternate, ...opened.http, ...opened.turns]));
  addConnectionMetrics(metrics, opened.admissions);
  const scraped = metricsListen && (await openMetricsServer(metricsListen, { pages: metricsPages(pages), now }));
  if (scraped) owner.use(scraped);
  const bound = boundOf(plan, opened);
  const { layouts, stun } = bound;

  const isAttended = (session: string): boolean => rendezvous.hasTurnUser(session);
  const turn = startTurn(options, { opened, bound, metrics, isAttended });
  if (turn.service) owner.use(turn.service);
  const { authToken, limits, otherStun } = options;
  const { issueTicket, desk } = createTicketing();
  const rendezvous = createRendezvous({
    stun: { ...stun, ...(otherStun && { others: [...otherStun] }) },
    authToken,
    limits,
    randomBytes,
    issueTicket,
    // A relay that is going down is handed to nobody.
    turnFor: (user) => (readiness.isDraining() ? [] : turn.servers.serversFor(user)),
  });
  addRendezvousMetrics(metrics, rendezvous);
  const service = owner.use(serveRendezvous({ rendezvous, http: opened.http, now, log }));
  const partners = owner.use(
    createPartners({
      ...{ partner: options.partner, sockets: opened.primary, metrics, now },
      onStanding: (view, standing) => {
        readiness.require(`partner ${view.family}`).set(standing === 'up');
        options.onPartner?.(view, standing);
      },
    }),
  );
  startStun({ opened, layouts, metrics, desk, service, relay: turn.service, partners });
  for (const { family, standing } of partners.views) readiness.require(`partner ${family}`).set(standing() === 'up');
  owner.use(reportRefusals(metrics, log));
  const operation = operationOf({ opened, rendezvous, service, turn, readiness, log });
  const warnings = startWarnings(options, { served: plan.families.flat(), isOpenRelay: turn.isOpen });
  const kept = owner.move();
  listening.set(true);
  log('info', 'ready', {
    udp: layouts.flatMap(endpointsOf).map(formatEndpoint),
    tcp: portOf(opened.http, plan.httpPort),
  });
  return {
    addresses: layouts.flatMap(endpointsOf),
    served: plan.families.flat(),
    layouts,
    httpPort: portOf(opened.http, plan.httpPort),
    isSecure: options.tls !== undefined,
    isGuarded: authToken !== undefined,
    relay: turn.service && { turnsPort: turn.turnsPort, isOpen: turn.isOpen },
    partners: partners.views,
    turnUrls: turn.servers.urls,
    metricsAt: scraped?.at ?? null,
    warnings,
    ...operation,
    [Symbol.asyncDispose]: async () => {
      await kept[Symbol.asyncDispose]();
      log('info', 'stopped');
    },
  };
}

interface Running {
  readonly opened: Opened;
  readonly rendezvous: Rendezvous;
  readonly service: RendezvousService;
  readonly turn: Turn;
  readonly readiness: Readiness;
  readonly log: ServerLog;
}

function operationOf({ opened, rendezvous, service, turn, readiness, log }: Running): Operation {
  return createOperation({
    ...{ log, readiness, servers: [...opened.http, ...opened.turns].map(({ server }) => server) },
    begin: () => {
      service.handle({ kind: 'draining' });
      turn.service?.drain();
    },
    isIdle: () => rendezvous.population().peers === 0 && (turn.service?.allocations() ?? 0) === 0,
  });
}

/** Finds what the operator had better know, and logs it. */
function startWarnings(
  { tls, relay, metricsListen, metricsToken, log = SILENT }: ServerOptions,
  found: Pick<Started, 'served' | 'isOpenRelay'>,
): readonly StartWarning[] {
  const warnings = warningsOf({
    ...found,
    isSecure: tls !== undefined,
    relayLimits: relay ? { ...DEFAULT_RELAY_LIMITS, ...relay.limits } : null,
    openMetrics: metricsListen && metricsToken === undefined ? metricsListen.address : null,
    openFilesMax: openFilesMax(),
  });
  for (const { code, message } of warnings) log('warn', code, { message });
  return warnings;
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
