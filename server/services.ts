/** Starts STUN and TURN on the sockets that are open. */
import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import { now, wallClock } from '../src/net/driver.ts';
import { createRateLimit } from './limit/per-source.ts';
import { createPlainLimit } from './limit/plain-replies.ts';
import type { Opened } from './open.ts';
import type { Plan, ServerOptions } from './options.ts';
import type { Partners } from './partner/start.ts';
import type { RendezvousService } from './rendezvous/service.ts';
import type { BoundSocket } from './sockets/bind.ts';
import { createStunCounts } from './stun/counts.ts';
import type { Layout } from './stun/decisions/layout.ts';
import { createTicketDesk, type TicketDesk } from './stun/decisions/ticket-desk.ts';
import { addStunMetrics } from './stun/metrics.ts';
import { serveStun } from './stun/service.ts';
import { createTicketIssuer, createTicketReader, type TicketOptions } from './ticket/tickets.ts';
import { isOpenRelay } from './turn/options.ts';
import type { RelayService } from './turn/service.ts';
import { startRelay } from './turn/start.ts';
import { sessionSecretFor, type TurnServers, turnServersOf } from './turn/turn-servers.ts';

/** The endpoints of the server, now that its sockets have their ports. */
export interface Bound {
  readonly families: Plan['families'];
  /** What clients know: announced addresses. */
  readonly layouts: readonly Layout[];
  /** The ports, and the announced primary address of each family. */
  readonly stun: { readonly port: number; readonly altPort: number; readonly addresses: string[] };
}

export function boundOf({ families, software, ...asked }: Plan, { primary, alternate }: Opened): Bound {
  const ports = { port: portOf(primary, asked.port), altPort: portOf(alternate, asked.altPort) };
  const named = software === undefined ? {} : { software };
  const layouts = families.map(([primary, other]): Layout => {
    const { announced } = primary;
    return { ...ports, addresses: other ? [announced, other.announced] : [announced], ...named };
  });
  return { families, layouts, stun: { ...ports, addresses: layouts.map(({ addresses }) => addresses[0]) } };
}

/** The port that is bound; it differs from the one asked for where that was 0. */
export function portOf(bound: readonly BoundSocket[], asked: number): number {
  return bound[0]?.port ?? asked;
}

/** What makes tickets and what takes them; they share nothing but a secret and the clock, so that each may be in a process of its own. */
export interface Ticketing {
  readonly issueTicket: ReturnType<typeof createTicketIssuer>;
  readonly desk: TicketDesk;
}

/** @param own the number of this node, and the secret that it shares with others. */
export function createTicketing({ node, secret }: { readonly node: number; readonly secret: Uint8Array }): Ticketing {
  const options = { secret, unixMs: wallClock };
  return { issueTicket: createTicketIssuer({ ...options, node, randomBytes }), desk: ticketDeskFor(options) };
}

/** Returns a desk that takes the tickets of that secret, whoever has issued them. */
export function ticketDeskFor(options: TicketOptions): TicketDesk {
  return createTicketDesk({ ...options, passwordOf: createTicketReader(options) });
}

export interface Turn {
  /** Null where there is no relay. */
  readonly service: RelayService | null;
  readonly isOpen: boolean;
  readonly turnsPort: number | null;
  readonly servers: TurnServers;
}

export interface TurnStart {
  readonly opened: Opened;
  readonly bound: Bound;
  readonly metrics: Registry;
  /** Whether the session of the rendezvous that has this TURN user is there. */
  readonly isAttended: (session: string) => boolean;
}

/** Starts the relay, if there is to be one. */
export function startTurn(options: ServerOptions, { opened, bound, metrics, isAttended }: TurnStart): Turn {
  const { primary, alternate, turns } = opened;
  const { families, stun } = bound;
  const { relay } = options;
  const isOpen = isOpenRelay(relay, options.authToken);
  const sessionSecret = sessionSecretFor(relay, randomBytes);
  const turnsPort = turns[0]?.port ?? null;
  const servers = turnServersOf(options, {
    secret: sessionSecret,
    primaries: stun.addresses,
    port: stun.port,
    turnsPort,
  });
  if (!relay) return { service: null, isOpen, turnsPort, servers };
  const service = startRelay({
    relay,
    sessionSecret,
    isAttended,
    isOpen,
    families,
    // The alternate port serves STUN and tickets but no TURN, so that nobody gets an allocation for an allocation.
    services: alternate.map(({ local }) => local),
    sockets: primary,
    listeners: [...primary.flatMap(({ listener }) => listener ?? []), ...turns],
    metrics,
    now,
    randomBytes,
  });
  return { service, isOpen, turnsPort, servers };
}

export interface StunStart {
  readonly opened: Opened;
  readonly layouts: readonly Layout[];
  readonly metrics: Registry;
  readonly desk: TicketDesk;
  readonly service: RendezvousService;
  readonly relay: RelayService | null;
  readonly partners: Partners;
}

/**
 * Starts STUN in every family; it passes to the relay what is for it, and tells the rendezvous whose ticket has come.
 */
export function startStun({ opened, layouts, metrics, desk, service, relay, partners }: StunStart): void {
  const counts = createStunCounts();
  addStunMetrics(metrics, counts);
  const limits = {
    redirected: createRateLimit({ key: randomBytes(32) }),
    plain: createPlainLimit({ seed: randomBytes(4).readUInt32BE() }),
  };
  const udp = [...opened.primary, ...opened.alternate];
  for (const layout of layouts) {
    const partner = partners.start(layout, (handOver) => stun.answerFor(handOver));
    const stun = serveStun({
      layout,
      partner,
      sockets: udp.filter(({ local }) => layout.addresses.some((one) => one === local.address)),
      limits,
      counts,
      now,
      relay: relay?.take,
      tickets: { desk, onBound: (bound) => service.handle({ kind: 'bound', ...bound }) },
    });
  }
}
