/** The public side of natcheck as a library: one call opens every socket of it, one disposal closes them. */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../src/endpoint.ts';
import { now } from '../src/net/driver.ts';
import { metricsPage } from './http/metrics-page.ts';
import { createRateLimit } from './limit/per-source.ts';
import { createPlainLimit } from './limit/plain-replies.ts';
import { openAll } from './open.ts';
import { planOf, type ServerOptions } from './options.ts';
import { createRendezvous } from './rendezvous/decisions/rendezvous.ts';
import { addRendezvousMetrics } from './rendezvous/metrics.ts';
import { serveRendezvous } from './rendezvous/service.ts';
import { type BoundSocket, closeAll } from './sockets/bind.ts';
import { addConnectionMetrics } from './sockets/metrics.ts';
import { createStunCounts } from './stun/counts.ts';
import { endpointsOf, type Layout } from './stun/decisions/layout.ts';
import { createTicketDesk } from './stun/decisions/ticket-desk.ts';
import { createMetrics } from './stun/metrics.ts';
import { type BoundTicket, serveStun } from './stun/service.ts';
import { isOpenRelay } from './turn/options.ts';
import { startRelay } from './turn/start.ts';
import { sessionSecretFor, turnServersOf } from './turn/turn-servers.ts';

export type { ServerOptions } from './options.ts';
export type { RendezvousLimits } from './rendezvous/decisions/limits.ts';
export { defaultAddresses } from './sockets/default-address.ts';
export type { Tls } from './sockets/tls.ts';
export { StartError, type StartErrorCode } from './start-error.ts';
export type { Layout } from './stun/decisions/layout.ts';
export type { RelayLimits } from './turn/decisions/limits.ts';
export type { OtherTurnOptions, RelayServerOptions } from './turn/options.ts';

export interface NatcheckServer extends AsyncDisposable {
  /** Every UDP endpoint it answers on; the primary one first. */
  readonly addresses: readonly Endpoint[];
  /** One for each family in use. */
  readonly layouts: readonly Layout[];
  /** HTTP and the rendezvous are on this port of every address. */
  readonly httpPort: number;
  readonly isSecure: boolean;
  /** Whether the rendezvous wants a token. */
  readonly isGuarded: boolean;
  /** TURN over UDP and TCP is on the primary port of every address, over TLS on this one; null: there is no relay. */
  readonly relay: {
    readonly turnsPort: number | null;
    /** Whether everybody who joins a room may use it. */
    readonly isOpen: boolean;
  } | null;
  /** The TURN servers that peers of the rendezvous are told of. */
  readonly turnUrls: readonly string[];
}

/**
 * Starts the server; it answers on all of its endpoints when the promise resolves.
 * @throws StartError when it cannot be had as asked; nothing is left open then.
 */
export async function startServer(options: ServerOptions): Promise<NatcheckServer> {
  const plan = planOf(options);
  const { authToken, tls, limits, relay: relayOptions } = options;
  const counts = createStunCounts();
  const metrics = createMetrics(counts);
  const pages = {
    '/healthz': () => ({ contentType: 'text/plain', body: 'ok\n' }),
    '/metrics': metricsPage(metrics, options.metricsToken),
  };
  const { primary, alternate, http, turns, admissions } = await openAll(plan, { ...options, pages, now });
  addConnectionMetrics(metrics, admissions);
  const udp = [...primary, ...alternate];
  const replyLimits = {
    redirected: createRateLimit({ key: randomBytes(32) }),
    plain: createPlainLimit({ seed: randomBytes(4).readUInt32BE() }),
  };
  const { families, port, altPort, httpPort, ...rest } = plan;
  const ports = { port: portOf(primary, port), altPort: portOf(alternate, altPort) };
  const layouts = families.map((addresses): Layout => ({ ...rest, ...ports, addresses }));

  const isOpen = isOpenRelay(relayOptions, authToken);
  const sessionSecret = sessionSecretFor(relayOptions, randomBytes);
  const listeners = [...primary.flatMap(({ listener }) => listener ?? []), ...turns];
  const relay =
    relayOptions &&
    startRelay({
      relay: relayOptions,
      sessionSecret,
      isAttended: (session) => rendezvous.hasTurnUser(session),
      isOpen,
      families,
      // STUN and tickets, and no TURN: nobody gets an allocation for an allocation.
      services: alternate.map(({ local }) => local),
      sockets: primary,
      listeners,
      metrics,
      now,
      randomBytes,
    });
  const turnsPort = turns[0]?.port ?? null;
  const turn = turnServersOf(options, {
    ...{ secret: sessionSecret, primaries: families.map(([one]) => one) },
    ...{ port: ports.port, turnsPort },
  });

  const rendezvous = createRendezvous({ stun: ports, authToken, limits, randomBytes, turnFor: turn.serversFor });
  addRendezvousMetrics(metrics, rendezvous);
  const service = serveRendezvous({ rendezvous, http, now });
  const desk = createTicketDesk({ secret: randomBytes(32), passwordOf: rendezvous.ticketPassword });
  const tickets = { desk, onBound: (bound: BoundTicket) => service.handle({ kind: 'bound', ...bound }) };
  for (const layout of layouts) {
    const sockets = udp.filter(({ local }) => layout.addresses.some((one) => one === local.address));
    serveStun({ layout, sockets, limits: replyLimits, counts, now, tickets, relay: relay?.take });
  }
  return {
    addresses: layouts.flatMap(endpointsOf),
    layouts,
    httpPort: portOf(http, httpPort),
    isSecure: tls !== undefined,
    isGuarded: authToken !== undefined,
    relay: relay ? { turnsPort, isOpen } : null,
    turnUrls: turn.urls,
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]();
      await relay?.[Symbol.asyncDispose]();
      await closeAll([...udp, ...http, ...turns]);
    },
  };
}

/** What port 0 became. */
function portOf(bound: readonly BoundSocket[], asked: number): number {
  return bound[0]?.port ?? asked;
}
