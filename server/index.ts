/** The public side of natcheck as a library: one call opens every socket of it, one disposal closes them. */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../src/endpoint.ts';
import { now } from '../src/net/driver.ts';
import type { UdpSocket } from '../src/net/udp-socket.ts';
import { bindOnAll, closeAll, type Bound as Open } from './bind.ts';
import { type HttpServer, openHttpServer, type Pages } from './http.ts';
import { endpointsOf, type Layout } from './layout.ts';
import { createMetrics } from './metrics.ts';
import { type Plan, planOf, type ServerOptions, type Tls } from './options.ts';
import { createRateLimit } from './rate-limit.ts';
import { addRendezvousMetrics } from './rendezvous/metrics.ts';
import { createRendezvous } from './rendezvous/rendezvous.ts';
import { serveRendezvous } from './rendezvous/service.ts';
import { type Bound, serveStun } from './stun-service.ts';
import { createTally } from './tally.ts';
import { createTicketDesk } from './ticket-desk.ts';
import { openUdpSocket } from './udp-socket.ts';

export { defaultAddresses } from './default-address.ts';
export type { Layout } from './layout.ts';
export type { ServerOptions, Tls } from './options.ts';
export type { RendezvousLimits } from './rendezvous/limits.ts';
export { StartError, type StartErrorCode } from './start-error.ts';

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
}

/**
 * Starts the server; it answers on all of its endpoints when the promise resolves.
 * @throws StartError when it cannot be had as asked; nothing is left open then.
 */
export async function startServer(options: ServerOptions): Promise<NatcheckServer> {
  const plan = planOf(options);
  const { authToken, tls, limits } = options;
  const tally = createTally();
  const metrics = createMetrics(tally);
  const { primary, alternate, http } = await openAll(plan, tls, {
    '/healthz': () => ({ contentType: 'text/plain', body: 'ok\n' }),
    '/metrics': async () => ({ contentType: metrics.contentType, body: await metrics.metrics() }),
  });
  const udp = [...primary, ...alternate];
  const limit = createRateLimit({ key: randomBytes(32) });
  const { families, port, altPort, httpPort, ...rest } = plan;
  const ports = { port: portOf(primary, port), altPort: portOf(alternate, altPort) };
  const layouts = families.map((addresses): Layout => ({ ...rest, ...ports, addresses }));

  const rendezvous = createRendezvous({ stun: ports, authToken, limits, randomBytes });
  addRendezvousMetrics(metrics, rendezvous);
  const service = serveRendezvous({ rendezvous, http, now });
  const passwordOf = (username: string): string | null => rendezvous.ticketPassword(now(), username);
  const desk = createTicketDesk({ secret: randomBytes(32), passwordOf, now });
  const tickets = { desk, onBound: (bound: Bound) => service.handle({ kind: 'bound', ...bound }) };
  for (const layout of layouts) {
    const sockets = udp.filter(({ local }) => layout.addresses.some((one) => one === local.address));
    serveStun({ layout, sockets, limit, tally, now, tickets });
  }
  return {
    addresses: layouts.flatMap(endpointsOf),
    layouts,
    httpPort: portOf(http, httpPort),
    isSecure: tls !== undefined,
    isGuarded: authToken !== undefined,
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]();
      await closeAll([...udp, ...http]);
    },
  };
}

interface Opened {
  readonly primary: readonly (UdpSocket & Open)[];
  readonly alternate: readonly (UdpSocket & Open)[];
  readonly http: readonly HttpServer[];
}

/** The UDP sockets of port and alt-port and the HTTP servers, one of each for every address; or none of them. */
async function openAll(
  { families, port, altPort, httpPort }: Plan,
  tls: Tls | undefined,
  pages: Pages,
): Promise<Opened> {
  const addresses = families.flat();
  const opened: AsyncDisposable[] = [];
  const open = async <One extends Open>(at: number, one: (address: string, port: number) => Promise<One>) => {
    const bound = await bindOnAll(addresses, at, one);
    opened.push(...bound);
    return bound;
  };
  try {
    return {
      primary: await open(port, openUdpSocket),
      alternate: await open(altPort, openUdpSocket),
      http: await open(httpPort, (address, at) => openHttpServer({ address, port: at }, { pages, tls })),
    };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** What port 0 became. */
function portOf(bound: readonly Open[], asked: number): number {
  return bound[0]?.port ?? asked;
}
