/** STUN and TURN, in this process or in workers; the ports are known before anything is served. */
import type { Registry } from 'prom-client';
import type { Endpoint } from '../../src/endpoint.ts';
import { now, wallClock } from '../../src/net/driver.ts';
import { createOwner, type Owner } from '../../src/net/owner.ts';
import type { Admission } from '../limit/tcp-admission.ts';
import type { LentEndpoints } from '../partner/lent.ts';
import { linkPartners, type PartnerLinks } from '../partner/links.ts';
import type { PartnerOptions } from '../partner/options.ts';
import { createPartners, type Partners, type PartnersStart } from '../partner/start.ts';
import type { PartnerView } from '../partner/view.ts';
import { closeAll } from '../sockets/bind.ts';
import type { Tls } from '../sockets/tls.ts';
import type { BoundTicket } from '../stun/answer.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import type { AllocationTold } from '../turn/allocation-watch.ts';
import { isOpenRelay, type RelayServerOptions } from '../turn/options.ts';
import type { RelayService } from '../turn/service.ts';
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts';
import { type OpenedServices, openServices, renewTurns, transmitFrom } from './open.ts';
import { createFleetPages, type PageService, partnerPagesOf, tellPartners } from './pages.ts';
import type { ServicesPlan } from './plan.ts';
import { relayShare } from './share.ts';
import { type Bound, boundOf, type RelayContext, startRelayOn, startStun, ticketDeskFor } from './start.ts';
import type { WatchedTurnUsers } from './turn-users.ts';

/** Those of the server's options that STUN and TURN have to do with. */
export interface ServicesOptions {
  readonly relay?: RelayServerOptions;
  readonly tls?: Tls;
  readonly authToken?: string;
  readonly workers?: number;
  readonly partner?: PartnerOptions;
  readonly onPartner?: PartnersStart['onStanding'];
  /** Hears of each allocation of the relay that is made and that ends. */
  readonly onAllocation?: (told: AllocationTold) => void;
}

/** What is served needs to know. */
export interface ServeContext {
  readonly ticketSecret: Uint8Array;
  readonly sessionSecret: RelayContext['sessionSecret'];
  readonly metrics: Registry;
  readonly turnUsers: WatchedTurnUsers;
  /** Hears of each good ticket. */
  readonly onBound: (bound: BoundTicket) => void;
  /** The measuring of browsers; null where there is no page. */
  readonly browsers: PageService | null;
}

export interface Services extends AsyncDisposable {
  readonly bound: Bound;
  /** Decides on TCP connections to the relay; null where the workers do. */
  readonly admission: Admission | null;
  /** The layouts with what is known of the partners now. */
  readonly layouts: () => readonly Layout[];
  /** Sends a datagram from one of the endpoints that are bound, or a partner's; it is lost where that cannot be done. */
  readonly transmit: (from: Endpoint, to: Endpoint, bytes: Uint8Array) => void;
  /** Serves from now on. @throws StartError when a worker cannot. */
  readonly serve: (context: ServeContext) => Promise<{ readonly partners: readonly PartnerView[] }>;
  /** Gives everything that listens with TLS another certificate, which can be used. */
  readonly renewTls: (tls: Tls) => void;
  /** Tells what serves in another process of secrets that have changed. */
  readonly tellSecrets: (secrets: Pick<ServeContext, 'ticketSecret' | 'sessionSecret'>) => void;
  /** Makes no allocation any more; those that are there go on. */
  readonly drain: () => void;
  /** How many allocations there are. */
  readonly allocations: () => number;
  /** How much of what the relay may have it has: 1 is all. */
  readonly load: () => number;
  readonly readMetrics: Fleet['readMetrics'];
  /** The process ids of the workers. */
  readonly pids: Fleet['pids'];
}

/** @throws StartError when an endpoint cannot be had; nothing is left open then. */
export function openOrReserve(plan: ServicesPlan, options: ServicesOptions): Promise<Services> {
  return (options.workers ?? 0) > 0 ? reserve(plan, options) : openHere(plan, options);
}

async function openHere(plan: ServicesPlan, options: ServicesOptions): Promise<Services> {
  const opened = await openServices(plan, { ...options, now, isShared: false });
  const owner = createOwner([() => closeAll([...opened.primary, ...opened.alternate, ...opened.turns])]);
  const bound = boundOf(plan, opened);
  let turn: RelayService | null = null;
  let partners: Partners | null = null;
  const transmit: Services['transmit'] = (from, to, bytes) => {
    if (!transmitFrom(opened, { from, to, bytes })) partners?.transmit(from, to, bytes);
  };
  return {
    bound,
    admission: opened.admission,
    layouts: () => layoutsWith(bound, partners),
    transmit,
    serve: async (context) => {
      ({ turn, partners } = serveHere(options, { ...context, opened, bound, owner, transmit }));
      return { partners: partners.views };
    },
    renewTls: (tls) => renewTurns(opened, tls),
    tellSecrets: () => {},
    drain: () => turn?.drain(),
    allocations: () => turn?.allocations() ?? 0,
    load: () => turn?.load() ?? 0,
    readMetrics: async () => [],
    pids: () => [],
    [Symbol.asyncDispose]: owner[Symbol.asyncDispose],
  };
}

interface HereContext extends ServeContext, Pick<Services, 'transmit'> {
  readonly opened: OpenedServices;
  readonly bound: Bound;
  readonly owner: Owner;
}

/** Has this process serve, and the partners asked; all of it is the owner's. */
function serveHere(
  { relay, authToken, partner, onPartner: onStanding, onAllocation }: ServicesOptions,
  { opened, bound, owner, transmit, browsers, ...context }: HereContext,
): { readonly turn: RelayService | null; readonly partners: Partners } {
  const { metrics, ticketSecret, sessionSecret, turnUsers, onBound } = context;
  const isOpen = isOpenRelay(relay, authToken);
  const relayed = { opened, bound, metrics, isAttended: turnUsers.has, isOpen, sessionSecret, onAllocation };
  const turn = relay ? owner.use(startRelayOn({ relay, ...relayed })) : null;
  const pages = partnerPagesOf(browsers, { transmit, onLease: () => {} });
  const partners = owner.use(createPartners({ partner, sockets: opened.primary, metrics, now, pages, onStanding }));
  tellPartners(browsers, partners);
  startStun({
    ...{ opened, layouts: bound.layouts, metrics, onBound, relay: turn, partners, workers: 1 },
    browsers: (datagram, ends) => browsers?.take(datagram, ends) || partners.carry(datagram, ends),
    desk: ticketDeskFor({ secret: ticketSecret, unixMs: wallClock }),
  });
  return { turn, partners };
}

/**
 * Finds the ports, and whether another program has them: to that one the endpoints of the workers would not be shared, but
 * to another server with workers they would.
 */
async function reserve(plan: ServicesPlan, options: ServicesOptions): Promise<Services> {
  const opened = await openServices(plan, { ...options, now, isShared: false });
  const bound = boundOf(plan, opened);
  await closeAll([...opened.primary, ...opened.alternate, ...opened.turns]);
  const owner = createOwner();
  let fleet: Fleet | null = null;
  let links: PartnerLinks | null = null;
  return {
    bound,
    admission: null,
    layouts: () => layoutsWith(bound, links),
    transmit: (from, to, bytes) => {
      if (!links?.transmit(from, to, bytes)) fleet?.tellOne({ kind: 'transmit', from, to, bytes });
    },
    serve: async (context) => {
      ({ fleet, links } = await serveByWorkers(plan, options, { ...context, bound, owner }));
      return { partners: links.views };
    },
    renewTls: (tls) => fleet?.renewTls(tls),
    tellSecrets: ({ ticketSecret, sessionSecret }) =>
      fleet?.tellAll({ kind: 'secrets', ticketSecret, sessionSecret: sessionSecret?.current ?? null }),
    drain: () => fleet?.drain(),
    allocations: () => fleet?.allocations() ?? 0,
    load: () => fleet?.load() ?? 0,
    readMetrics: async () => (fleet ? fleet.readMetrics() : []),
    pids: () => fleet?.pids() ?? [],
    [Symbol.asyncDispose]: owner[Symbol.asyncDispose],
  };
}

/** Has workers serve, and the partners asked through them; all of it is the owner's. */
async function serveByWorkers(
  plan: ServicesPlan,
  options: ServicesOptions,
  { bound, owner, ...context }: ServeContext & { readonly bound: Bound; readonly owner: Owner },
): Promise<{ readonly fleet: Fleet; readonly links: PartnerLinks }> {
  const { workers = 1, partner, onPartner: onStanding } = options;
  const { metrics, turnUsers, onBound, browsers } = context;
  let links: PartnerLinks | null = null;
  const pages = createFleetPages(browsers, (datagram, ends) => links?.carry(datagram, ends) ?? false);
  const fleet = await startFleet({
    onAllocation: options.onAllocation,
    ...{ workers, turnUsers, onBound, pages: browsers || partner ? pages : null, now },
    start: () => ({
      ...startOf(plan, options, { ...context, bound }),
      partners: partner ? (links?.facts() ?? []) : null,
    }),
    onForLink: (message) => links?.hear(message),
  });
  owner.use(fleet);
  const { tellOne, tellReading } = fleet;
  const told = { tellOne, tellAll: tellReading };
  const transmit: Services['transmit'] = (from, to, bytes) => void tellOne({ kind: 'transmit', from, to, bytes });
  links = owner.use(
    linkPartners({
      ...{ layouts: bound.layouts, workers: told, partner, metrics, now, onStanding },
      pages: partnerPagesOf(browsers, { transmit, onLease: pages.onLease }),
    }),
  );
  tellPartners(browsers, links);
  return { fleet, links };
}

function layoutsWith({ layouts }: Bound, partners: LentEndpoints | null): readonly Layout[] {
  return layouts.map((alone) => partners?.layoutOf(alone) ?? alone);
}

function startOf(
  plan: ServicesPlan,
  { relay, tls, authToken, workers = 1 }: ServicesOptions,
  {
    bound,
    ticketSecret,
    sessionSecret,
  }: Pick<ServeContext, 'ticketSecret' | 'sessionSecret'> & { readonly bound: Bound },
): Omit<ReturnType<FleetOptions['start']>, 'partners'> {
  const { port, altPort } = bound.stun;
  const turnsPort = bound.turnsPort === null ? {} : { turnsPort: bound.turnsPort };
  return {
    plan: { ...plan, port, altPort },
    tls,
    relay: relay && { ...relayShare(relay, workers), ...turnsPort },
    isOpen: isOpenRelay(relay, authToken),
    ticketSecret,
    sessionSecret: sessionSecret?.current ?? null,
  };
}
