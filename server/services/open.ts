/** Opens what serves STUN and TURN: all of it, or nothing. */
import { type Endpoint, sameEndpoint } from '../../src/endpoint.ts';
import type { UdpSocket } from '../../src/net/udp-socket.ts';
import { type Admission, createAdmission } from '../limit/tcp-admission.ts';
import { allOrNothing } from '../sockets/all-or-nothing.ts';
import { type AddressBook, addressBook, announce } from '../sockets/announced-socket.ts';
import { type BoundSocket, closeAll } from '../sockets/bind.ts';
import type { Gate } from '../sockets/listen.ts';
import { renewTls, type Tls } from '../sockets/tls.ts';
import { openUdpSocket } from '../sockets/udp-socket.ts';
import { DEFAULT_RELAY_LIMITS } from '../turn/decisions/limits.ts';
import { DEFAULT_TURNS_PORT, type RelayServerOptions } from '../turn/options.ts';
import { openStreamServer, type StreamServer } from '../turn/stream-server.ts';
import type { ServicesPlan } from './plan.ts';

/** What listens on the primary port of one address: UDP, by its announced endpoint, and TCP where there is a relay. */
interface Primary extends UdpSocket, BoundSocket {
  readonly listener: StreamServer | null;
}

/** What serves STUN and TURN. */
export interface OpenedServices {
  readonly primary: readonly Primary[];
  readonly alternate: readonly (UdpSocket & BoundSocket)[];
  /** The listeners for TURN over TLS. */
  readonly turns: readonly StreamServer[];
  /** Decides who may connect, for all addresses together. */
  readonly admission: Admission;
}

interface OpenOptions {
  readonly tls?: Tls | undefined;
  readonly relay?: RelayServerOptions | undefined;
  /** Whether other processes of this server have the same endpoints. */
  readonly isShared: boolean;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/**
 * Opens what serves STUN and TURN, one socket of each kind for every address.
 * @throws StartError when one cannot be had; nothing is left open then.
 */
export async function openServices(
  { families, port, altPort }: ServicesPlan,
  { tls, relay, now, isShared }: OpenOptions,
): Promise<OpenedServices> {
  const served = families.flat();
  const book = addressBook(served);
  const { connections, connectionsPerAddress } = { ...DEFAULT_RELAY_LIMITS, ...relay?.limits };
  const admission = createAdmission({ connections, connectionsPerSource: connectionsPerAddress });
  const gate: Gate = { admission, now, isShared };
  const turnsPort = relay?.turnsPort ?? DEFAULT_TURNS_PORT;
  return allOrNothing(served, async (open) => ({
    primary: await open(port, (at) => openPrimary(at, book, { gate: relay ? gate : null, isShared })),
    alternate: await open(altPort, async (at) => announce(await openUdpSocket(at, { isShared }), book)),
    turns: relay && tls ? await open(turnsPort, (at) => openStreamServer(at, { tls, ...gate })) : [],
    admission,
  }));
}

/** Opens both transports on one port; port 0 takes one that is free for both. */
async function openPrimary(
  at: Endpoint,
  book: AddressBook,
  { gate, isShared }: { readonly gate: Gate | null; readonly isShared: boolean },
): Promise<Primary> {
  const socket = announce(await openUdpSocket(at, { isShared }), book);
  if (gate === null) return { ...socket, listener: null };
  try {
    const listener = await openStreamServer({ address: at.address, port: socket.port }, gate);
    return { ...socket, listener, [Symbol.asyncDispose]: () => closeAll([listener, socket]) };
  } catch (error) {
    await socket[Symbol.asyncDispose]();
    throw error;
  }
}

/** Gives the listeners for TURN over TLS, if there are any, another certificate, which can be used. */
export function renewTurns({ turns }: OpenedServices, tls: Tls): void {
  const servers = turns.map(({ server }) => server);
  if (servers.length > 0) renewTls(servers, tls);
}

/** Sends from the UDP socket at that announced endpoint, of which false says that there is none; what cannot be sent is lost. */
export function transmitFrom(
  { primary, alternate }: OpenedServices,
  { from, to, bytes }: { readonly from: Endpoint; readonly to: Endpoint; readonly bytes: Uint8Array },
): boolean {
  const socket = [...primary, ...alternate].find(({ local }) => sameEndpoint(local, from));
  socket?.send(bytes, to, () => {});
  return socket !== undefined;
}
