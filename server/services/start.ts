/** Starts STUN and TURN on the sockets that are open. */
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import { now } from '../../src/net/driver.ts';
import { createRateLimit, REDIRECTED_BURST, REDIRECTED_PER_SECOND } from '../limit/per-source.ts';
import { createPlainLimit, PLAIN_BURST, PLAIN_PER_SECOND } from '../limit/plain-replies.ts';
import type { BoundSocket } from '../sockets/bind.ts';
import type { BoundTicket, StunPartner, StunServiceOptions } from '../stun/answer.ts';
import { createStunCounts } from '../stun/counts.ts';
import type { Layout } from '../stun/decisions/layout.ts';
import { createTicketDesk, type TicketDesk } from '../stun/decisions/ticket-desk.ts';
import { addStunMetrics } from '../stun/metrics.ts';
import { type StunService, serveStun } from '../stun/service.ts';
import { createTicketIssuer, createTicketReader, type TicketOptions } from '../stun/ticket/tickets.ts';
import type { RelayServerOptions } from '../turn/options.ts';
import type { RelayService } from '../turn/service.ts';
import { type RelayStart, startRelay } from '../turn/start.ts';
import type { OpenedServices } from './open.ts';
import type { ServicesPlan } from './plan.ts';
import { rateShare } from './share.ts';

/** What one client needs at once: a detection causes up to 60 redirected replies, and takes some 25 others. */
const REDIRECTED = { burst: REDIRECTED_BURST, perSecond: REDIRECTED_PER_SECOND, leastBurst: 60 };
const PLAIN = { burst: PLAIN_BURST, perSecond: PLAIN_PER_SECOND, leastBurst: 60 };

/** The endpoints of the server, now that its sockets have their ports. */
export interface Bound {
  readonly families: ServicesPlan['families'];
  /** What clients know: announced addresses. */
  readonly layouts: readonly Layout[];
  /** The ports, and the announced primary address of each family. */
  readonly stun: { readonly port: number; readonly altPort: number; readonly addresses: string[] };
  /** That of TURN over TLS; null where there is none. */
  readonly turnsPort: number | null;
}

export function boundOf(
  { families, software, ...asked }: ServicesPlan,
  { primary, alternate, turns }: OpenedServices,
): Bound {
  const ports = { port: portOf(primary, asked.port), altPort: portOf(alternate, asked.altPort) };
  const named = software === undefined ? {} : { software };
  const layouts = families.map(([primary, other]): Layout => {
    const { announced } = primary;
    return { ...ports, addresses: other ? [announced, other.announced] : [announced], ...named };
  });
  const stun = { ...ports, addresses: layouts.map(({ addresses }) => addresses[0]) };
  return { families, layouts, stun, turnsPort: turns[0]?.port ?? null };
}

/** The port that is bound; it differs from the one asked for where that was 0. */
export function portOf(bound: readonly BoundSocket[], asked: number): number {
  return bound[0]?.port ?? asked;
}

/** What makes the tickets of that secret; what takes them may be in a process of its own. */
export function ticketIssuerFor(
  options: TicketOptions & { readonly node: number },
): ReturnType<typeof createTicketIssuer> {
  return createTicketIssuer({ ...options, randomBytes });
}

/** Returns a desk that takes the tickets of that secret, whoever has issued them. */
export function ticketDeskFor(options: TicketOptions): TicketDesk {
  return createTicketDesk({ ...options, passwordOf: createTicketReader(options) });
}

/** What a relay has to be told beside its own options. */
export interface RelayContext
  extends Pick<RelayStart, 'sessionSecret' | 'isAttended' | 'isOpen' | 'metrics' | 'onRelayed' | 'onAllocation'> {
  readonly relay: RelayServerOptions;
  readonly opened: OpenedServices;
  readonly bound: Bound;
}

export function startRelayOn({ opened, bound, ...context }: RelayContext): RelayService {
  const { primary, alternate, turns } = opened;
  return startRelay({
    ...context,
    families: bound.families,
    // The alternate port serves STUN and tickets but no TURN, so that nobody gets an allocation for an allocation.
    services: alternate.map(({ local }) => local),
    sockets: primary,
    listeners: [...primary.flatMap(({ listener }) => listener ?? []), ...turns],
    now,
    randomBytes,
  });
}

export interface StunStart {
  readonly opened: OpenedServices;
  readonly layouts: readonly Layout[];
  readonly metrics: Registry;
  readonly desk: TicketDesk;
  /** Hears of each good ticket. */
  readonly onBound: (bound: BoundTicket) => void;
  readonly relay: RelayService | null;
  /** Start the partner of a family, where there is to be one. */
  readonly partners: {
    readonly start: (layout: Layout, answerFor: StunService['answerFor']) => StunPartner | undefined;
  } | null;
  readonly browsers?: StunServiceOptions['browsers'];
  /** How many processes share what the server may answer. */
  readonly workers: number;
}

/**
 * Starts STUN in every family; it passes to the relay what is for it, and tells the rendezvous whose ticket has come.
 */
export function startStun({
  opened,
  layouts,
  metrics,
  desk,
  onBound,
  relay,
  partners,
  browsers,
  workers,
}: StunStart): void {
  const counts = createStunCounts();
  addStunMetrics(metrics, counts);
  const limits = {
    redirected: createRateLimit({ key: randomBytes(32), ...rateShare(REDIRECTED, workers) }),
    plain: createPlainLimit({ seed: randomBytes(4).readUInt32BE(), ...rateShare(PLAIN, workers) }),
  };
  const udp = [...opened.primary, ...opened.alternate];
  for (const layout of layouts) {
    const partner = partners?.start(layout, (handOver) => stun.answerFor(handOver));
    const stun = serveStun({
      layout,
      partner,
      sockets: udp.filter(({ local }) => layout.addresses.some((one) => one === local.address)),
      limits,
      counts,
      now,
      browsers,
      takerFor: relay?.takerFor,
      tickets: { desk, onBound },
    });
  }
}
