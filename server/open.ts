/** Opens every socket of the server: all of them, or none. */
import type { Endpoint } from '../src/endpoint.ts';
import type { UdpSocket } from '../src/net/udp-socket.ts';
import { type HttpServer, httpConnectionLimits, openHttpServer, type Pages } from './http/http.ts';
import { type Admission, createAdmission } from './limit/tcp-admission.ts';
import type { Plan, ServerOptions } from './options.ts';
import { DEFAULT_LIMITS } from './rendezvous/decisions/limits.ts';
import { type AddressBook, addressBook, announce } from './sockets/announced-socket.ts';
import { type BoundSocket, bindOnAll, closeAll } from './sockets/bind.ts';
import type { Gate } from './sockets/listen.ts';
import { openUdpSocket } from './sockets/udp-socket.ts';
import { DEFAULT_RELAY_LIMITS } from './turn/decisions/limits.ts';
import { DEFAULT_TURNS_PORT } from './turn/options.ts';
import { openStreamServer, type StreamServer } from './turn/stream-server.ts';

/** What listens on the primary port of one address: UDP, by its announced endpoint, and TCP where there is a relay. */
interface Primary extends UdpSocket, BoundSocket {
  readonly listener: StreamServer | null;
}

export interface Opened {
  readonly primary: readonly Primary[];
  readonly alternate: readonly (UdpSocket & BoundSocket)[];
  readonly http: readonly HttpServer[];
  /** The listeners for TURN over TLS. */
  readonly turns: readonly StreamServer[];
  /** Decide who may connect, for all addresses together. */
  readonly admissions: { readonly http: Admission; readonly turn: Admission };
}

/**
 * Opens one socket of each kind for every address.
 * @throws StartError when one cannot be had; nothing is left open then.
 */
export async function openAll(
  { families, port, altPort, httpPort }: Plan,
  options: Pick<ServerOptions, 'tls' | 'limits' | 'relay'> & {
    readonly pages: Pages;
    /** Milliseconds of a monotonic clock. */
    readonly now: () => number;
  },
): Promise<Opened> {
  const { pages, tls, relay, now } = options;
  const served = families.flat();
  const addresses = served.map(({ bound }) => bound);
  const book = addressBook(served);
  const opened: AsyncDisposable[] = [];
  const open = async <One extends BoundSocket>(at: number, one: (address: string, port: number) => Promise<One>) => {
    const bound = await bindOnAll(addresses, at, one);
    opened.push(...bound);
    return bound;
  };
  const admissions = createAdmissions(options);
  const turn: Gate = { admission: admissions.turn, now };
  const turnsPort = relay?.turnsPort ?? DEFAULT_TURNS_PORT;
  try {
    return {
      primary: await open(port, (address, at) => openPrimary({ address, port: at }, book, relay ? turn : null)),
      alternate: await open(altPort, async (address, at) => announce(await openUdpSocket(address, at), book)),
      http: await open(httpPort, (address, at) =>
        openHttpServer({ address, port: at }, { pages, tls, admission: admissions.http, now }),
      ),
      turns:
        relay && tls
          ? await open(turnsPort, (address, at) => openStreamServer({ address, port: at }, { tls, ...turn }))
          : [],
      admissions,
    };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

function createAdmissions({ limits, relay }: Pick<ServerOptions, 'limits' | 'relay'>): Opened['admissions'] {
  const { connections, connectionsPerAddress } = { ...DEFAULT_RELAY_LIMITS, ...relay?.limits };
  const { peersPerSource } = { ...DEFAULT_LIMITS, ...limits };
  return {
    http: createAdmission(httpConnectionLimits(peersPerSource)),
    turn: createAdmission({ connections, connectionsPerSource: connectionsPerAddress }),
  };
}

/** Opens both transports on one port; port 0 takes one that is free for both. */
async function openPrimary({ address, port }: Endpoint, book: AddressBook, gate: Gate | null): Promise<Primary> {
  const socket = announce(await openUdpSocket(address, port), book);
  if (gate === null) return { ...socket, listener: null };
  try {
    const listener = await openStreamServer({ address, port: socket.port }, gate);
    return { ...socket, listener, [Symbol.asyncDispose]: () => closeAll([listener, socket]) };
  } catch (error) {
    await socket[Symbol.asyncDispose]();
    throw error;
  }
}
