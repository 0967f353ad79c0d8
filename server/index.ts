/** The public side of natcheck as a library: one call opens every socket of it, one disposal closes them. */
import { type Endpoint, formatEndpoint } from '../src/endpoint.ts';
import { createOwner } from '../src/net/owner.ts';
import { unlessAborted } from '../src/net/waits.ts';
import { enterFrom } from './cluster/start.ts';
import { type Meeting, openMeeting } from './meeting.ts';
import { type ServerLog, SILENT } from './operations/log.ts';
import { createRegistry } from './operations/metrics.ts';
import { createOperation, type Operation } from './operations/operation.ts';
import { createReadiness, type Readiness } from './operations/readiness.ts';
import { reportRefusals } from './operations/refusals.ts';
import { openFilesMax, type Started, type StartWarning, warningsOf } from './operations/warnings.ts';
import { type Plan, planOf, type ServerOptions } from './options.ts';
import type { PartnerView } from './partner/view.ts';
import { openOrReserve, type Services } from './services/services.ts';
import { portOf } from './services/start.ts';
import { createTurnUsers } from './services/turn-users.ts';
import { checkPorts, type ReachOptions } from './sockets/check/check-ports.ts';
import type { ReachReport } from './sockets/check/report.ts';
import type { ServedAddress } from './sockets/served-address.ts';
import { renewTls } from './sockets/tls.ts';
import type { BoundTicket } from './stun/answer.ts';
import { endpointsOf, type Layout } from './stun/decisions/layout.ts';
import type { AllocationTold } from './turn/allocation-watch.ts';
import { DEFAULT_RELAY_LIMITS } from './turn/decisions/limits.ts';
import { DEFAULT_RELAY_PORTS, DEFAULT_TURNS_PORT, isOpenRelay } from './turn/options.ts';
import { turnServersOf } from './turn/turn-servers.ts';

export type { Endpoint, Family } from '../src/endpoint.ts';
export type { Reason } from '../src/nat/reason.ts';
export type { PageOptions } from './http/options.ts';
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
  /** The ids of the processes that serve STUN and TURN; empty where this one does. */
  readonly workers: () => readonly number[];
  /** Where the metrics are on an address of their own; null where they are not. */
  readonly metricsAt: Endpoint | null;
  /** What the operator had better know. */
  readonly warnings: readonly StartWarning[];
}

/**
 * Starts the server; it answers on all of its endpoints when the promise resolves.
 * @throws StartError when it cannot be had as asked, the signal's reason when aborted; nothing is left open then.
 */
export async function startServer(options: ServerOptions): Promise<NatcheckServer> {
  const plan = planOf(options);
  const { log = SILENT, onPartner, signal } = options;
  const readiness = createReadiness();
  const listening = readiness.require('listening');
  const onStanding: typeof onPartner = (view, standing) => {
    readiness.require(`partner ${view.family}`).set(standing === 'up');
    onPartner?.(view, standing);
  };
  const onAllocation = ({ event, fields }: AllocationTold): void => log('debug', event, fields);
  await using owner = createOwner();
  const services = owner.use(await openOrReserve(plan, { ...options, onPartner: onStanding, onAllocation }));
  const { stun, turnsPort } = services.bound;
  const entry = await enterFrom(options, owner);
  const { secrets, name } = entry;
  const turnServers = turnServersOf(options, {
    ...{ name, secret: secrets.session, primaries: stun.addresses, port: stun.port, turnsPort },
  });
  const turnUsers = createTurnUsers();
  const metrics = createRegistry();
  const meeting = await openMeeting(plan, options, {
    ...{ entry, services, readiness, metrics, owner, turnUsers, turnFor: turnServers.serversFor },
    relays: { ...turnServers, region: options.region ?? null },
  });
  const { service, browsers, cluster } = meeting;
  const onBound = (ticket: BoundTicket): void => service.handle({ kind: 'bound', ...ticket });
  const { partners } = await services.serve({
    ...{ ticketSecret: secrets.ticket, sessionSecret: turnServers.ownSecret, metrics, turnUsers, onBound, browsers },
  });
  if ('onSecrets' in entry) {
    const told = () => ({ ticketSecret: secrets.ticket, sessionSecret: turnServers.ownSecret });
    entry.onSecrets(() => services.tellSecrets(told()));
  }
  if (cluster) await unlessAborted(cluster.start(service.carryOut, readiness.require), signal);
  for (const { family, standing } of partners) readiness.require(`partner ${family}`).set(standing() === 'up');
  owner.use(reportRefusals(metrics, log));
  const operation = operationOf(meeting, { services, readiness, log });
  const facts = factsOf(plan, options, { services, meeting });
  const kept = owner.move();
  listening.set(true);
  log('info', 'ready', { udp: facts.addresses.map(formatEndpoint), tcp: facts.httpPort });
  return {
    ...{ ...facts, partners, turnUrls: turnServers.urls, ...operation },
    [Symbol.asyncDispose]: async () => {
      await kept[Symbol.asyncDispose]();
      log('info', 'stopped');
    },
  };
}

/** What it is and where; what the operator had better know of that is logged. */
function factsOf(
  plan: Plan,
  options: ServerOptions,
  { services, meeting }: { readonly services: Services; readonly meeting: Meeting },
): Omit<NatcheckServer, keyof Operation | 'partners' | 'turnUrls' | typeof Symbol.asyncDispose> {
  const { relay, tls, authToken } = options;
  const { layouts, turnsPort } = services.bound;
  const served = plan.families.flat();
  const isOpen = isOpenRelay(relay, authToken);
  return {
    addresses: layouts.flatMap(endpointsOf),
    ...{ served, layouts, warnings: startWarnings(options, { served, isOpenRelay: isOpen }) },
    httpPort: portOf(meeting.http, plan.httpPort),
    isSecure: tls !== undefined,
    isGuarded: authToken !== undefined,
    relay: relay ? { turnsPort, isOpen } : null,
    workers: services.pids,
    metricsAt: meeting.scraped?.at ?? null,
  };
}

interface Running {
  readonly services: Services;
  readonly readiness: Readiness;
  readonly log: ServerLog;
}

function operationOf({ http, rendezvous, service }: Meeting, { services, readiness, log }: Running): Operation {
  return createOperation({
    ...{ log, readiness },
    renew: (tls) => {
      renewTls(
        http.map(({ server }) => server),
        tls,
      );
      services.renewTls(tls);
    },
    begin: () => {
      service.handle({ kind: 'draining' });
      services.drain();
    },
    // Of a cluster, peers in rooms of other nodes are connected here too.
    isIdle: () => rendezvous.population().peers + service.connections() + services.allocations() === 0,
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
