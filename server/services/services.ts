/** STUN and TURN, in this process or in workers; the ports are known before anything is served. */
import type { Registry } from 'prom-client';
import { now, wallClock } from '../../src/net/driver.ts';
import { createOwner } from '../../src/net/owner.ts';
import type { Admission } from '../limit/tcp-admission.ts';
import type { PartnerOptions } from '../partner/options.ts';
import { createPartners, type PartnersStart } from '../partner/start.ts';
import type { PartnerView } from '../partner/view.ts';
import { closeAll } from '../sockets/bind.ts';
import type { Tls } from '../sockets/tls.ts';
import type { BoundTicket } from '../stun/answer.ts';
import type { AllocationTold } from '../turn/allocation-watch.ts';
import { isOpenRelay, type RelayServerOptions } from '../turn/options.ts';
import type { RelayService } from '../turn/service.ts';
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts';
import type { WorkerStart } from './messages.ts';
import { openServices, renewTurns } from './open.ts';
import type { ServicesPlan } from './plan.ts';
import { relayShare } from './share.ts';
import { type Bound, boundOf, startRelayOn, startStun, ticketDeskFor } from './start.ts';
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
export interface ServeContext extends Pick<WorkerStart, 'ticketSecret' | 'sessionSecret'> {
  readonly metrics: Registry;
  readonly turnUsers: WatchedTurnUsers;
  /** Hears of each good ticket. */
  readonly onBound: (bound: BoundTicket) => void;
}

export interface Services extends AsyncDisposable {
  readonly bound: Bound;
  /** Decides on TCP connections to the relay; null where the workers do. */
  readonly admission: Admission | null;
  /** Serves from now on. @throws StartError when a worker cannot. */
  readonly serve: (context: ServeContext) => Promise<{ readonly partners: readonly PartnerView[] }>;
  /** Gives everything that listens with TLS another certificate, which can be used. */
  readonly renewTls: (tls: Tls) => void;
  /** Makes no allocation any more; those that are there go on. */
  readonly drain: () => void;
  /** How many allocations there are. */
  readonly allocations: () => number;
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
  const { relay, authToken, partner, onPartner: onStanding, onAllocation } = options;
  let turn: RelayService | null = null;
  return {
    bound,
    admission: opened.admission,
    serve: async ({ metrics, ticketSecret, sessionSecret, turnUsers, onBound }) => {
      const isOpen = isOpenRelay(relay, authToken);
      const isAttended = turnUsers.has;
      const context = { opened, bound, metrics, isAttended, isOpen, sessionSecret, onAllocation };
      if (relay) turn = owner.use(startRelayOn({ relay, ...context }));
      const partners = owner.use(createPartners({ partner, sockets: opened.primary, metrics, now, onStanding }));
      startStun({
        ...{ opened, layouts: bound.layouts, metrics, onBound, relay: turn, partners, workers: 1 },
        desk: ticketDeskFor({ secret: ticketSecret, unixMs: wallClock }),
      });
      return { partners: partners.views };
    },
    renewTls: (tls) => renewTurns(opened, tls),
    drain: () => turn?.drain(),
    allocations: () => turn?.allocations() ?? 0,
    readMetrics: async () => [],
    pids: () => [],
    [Symbol.asyncDispose]: owner[Symbol.asyncDispose],
  };
}

/**
 * Finds the ports, and whether another program has them: to that one the endpoints of the workers would not be shared, but
 * to another server with workers they would.
 */
async function reserve(plan: ServicesPlan, options: ServicesOptions): Promise<Services> {
  const opened = await openServices(plan, { ...options, now, isShared: false });
  const bound = boundOf(plan, opened);
  await closeAll([...opened.primary, ...opened.alternate, ...opened.turns]);
  let fleet: Fleet | null = null;
  return {
    bound,
    admission: null,
    serve: async ({ turnUsers, ticketSecret, sessionSecret, onBound }) => {
      const start = startOf(plan, options, { bound, secrets: { ticketSecret, sessionSecret } });
      fleet = await startFleet({ start, turnUsers, onBound, onAllocation: options.onAllocation, now });
      return { partners: [] };
    },
    renewTls: (tls) => fleet?.renewTls(tls),
    drain: () => fleet?.drain(),
    allocations: () => fleet?.allocations() ?? 0,
    readMetrics: async () => (fleet ? fleet.readMetrics() : []),
    pids: () => fleet?.pids() ?? [],
    [Symbol.asyncDispose]: async () => fleet?.[Symbol.asyncDispose](),
  };
}

function startOf(
  plan: ServicesPlan,
  { relay, tls, authToken, workers = 1 }: ServicesOptions,
  { bound, secrets }: { readonly bound: Bound; readonly secrets: Pick<WorkerStart, 'ticketSecret' | 'sessionSecret'> },
): FleetOptions['start'] {
  const { port, altPort } = bound.stun;
  const turnsPort = bound.turnsPort === null ? {} : { turnsPort: bound.turnsPort };
  return {
    plan: { ...plan, port, altPort },
    tls,
    relay: relay && { ...relayShare(relay, workers), ...turnsPort },
    isOpen: isOpenRelay(relay, authToken),
    workers,
    ...secrets,
  };
}
