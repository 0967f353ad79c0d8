/** The public side of natcheck as a library: one call opens every socket of it, one disposal closes them. */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../src/endpoint.ts';
import type { UdpSocket } from '../src/net/udp-socket.ts';
import { type Bound, bindOnAll, closeAll } from './bind.ts';
import { type HttpServer, openHttpServer, type Pages } from './http.ts';
import { endpointsOf, type Layout } from './layout.ts';
import { createMetrics } from './metrics.ts';
import { type Plan, planOf, type ServerOptions } from './options.ts';
import { createRateLimit } from './rate-limit.ts';
import { serveStun } from './stun-service.ts';
import { createTally } from './tally.ts';
import { openUdpSocket } from './udp-socket.ts';

export { defaultAddresses } from './default-address.ts';
export type { Layout } from './layout.ts';
export type { ServerOptions } from './options.ts';
export { StartError, type StartErrorCode } from './start-error.ts';

export interface NatcheckServer extends AsyncDisposable {
  /** Every UDP endpoint it answers on; the primary one first. */
  readonly addresses: readonly Endpoint[];
  /** One for each family in use. */
  readonly layouts: readonly Layout[];
  /** HTTP is on this port of every address. */
  readonly httpPort: number;
}

/**
 * Starts the server; it answers on all of its endpoints when the promise resolves.
 * @throws StartError when it cannot be had as asked; nothing is left open then.
 */
export async function startServer(options: ServerOptions): Promise<NatcheckServer> {
  const plan = planOf(options);
  const tally = createTally();
  const metrics = createMetrics(tally);
  const { primary, alternate, http } = await openAll(plan, {
    '/healthz': () => ({ contentType: 'text/plain', body: 'ok\n' }),
    '/metrics': async () => ({ contentType: metrics.contentType, body: await metrics.metrics() }),
  });
  const udp = [...primary, ...alternate];
  const limit = createRateLimit({ key: randomBytes(32) });
  const { families, port, altPort, httpPort, ...rest } = plan;
  const ports = { port: portOf(primary, port), altPort: portOf(alternate, altPort) };
  const layouts = families.map((addresses): Layout => ({ ...rest, ...ports, addresses }));
  for (const layout of layouts) {
    const sockets = udp.filter(({ local }) => layout.addresses.some((one) => one === local.address));
    serveStun({ layout, sockets, limit, tally, now: () => performance.now() });
  }
  return {
    addresses: layouts.flatMap(endpointsOf),
    layouts,
    httpPort: portOf(http, httpPort),
    [Symbol.asyncDispose]: () => closeAll([...udp, ...http]),
  };
}

interface Opened {
  readonly primary: readonly (UdpSocket & Bound)[];
  readonly alternate: readonly (UdpSocket & Bound)[];
  readonly http: readonly HttpServer[];
}

/** The UDP sockets of port and alt-port and the HTTP servers, one of each for every address; or none of them. */
async function openAll({ families, port, altPort, httpPort }: Plan, pages: Pages): Promise<Opened> {
  const addresses = families.flat();
  const opened: AsyncDisposable[] = [];
  const open = async <One extends Bound>(at: number, one: (address: string, port: number) => Promise<One>) => {
    const bound = await bindOnAll(addresses, at, one);
    opened.push(...bound);
    return bound;
  };
  try {
    return {
      primary: await open(port, openUdpSocket),
      alternate: await open(altPort, openUdpSocket),
      http: await open(httpPort, (address, at) => openHttpServer(address, at, pages)),
    };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** What port 0 became. */
function portOf(bound: readonly Bound[], asked: number): number {
  return bound[0]?.port ?? asked;
}
