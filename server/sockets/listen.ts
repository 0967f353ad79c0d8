/**
 * A listener for TCP, for what is spoken over it: each connection is counted from its acceptance to its end, and what is
 * not admitted costs neither a handshake of TLS nor a parser of HTTP.
 */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Endpoint } from '../../src/endpoint.ts';
import type { Admission } from '../limit/tcp-admission.ts';
import { listenError } from '../start-error.ts';
import type { BoundSocket } from './bind.ts';

/** Node's own time-out of a handshake begins anew with each byte. */
export const HANDSHAKE_MS = 5_000;

export interface Gate {
  /** One may be shared by many listeners. */
  readonly admission: Admission;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** How long after its acceptance a connection may still be shaking hands over TLS. */
  readonly handshakeMs?: number;
}

/**
 * Begins to listen; disposal ends every connection.
 * @param server of TCP, TLS, HTTP or HTTPS, with its listeners for connections in place.
 * @throws StartError when the address and port cannot be had.
 */
export async function listenTcp(server: Server, { address, port }: Endpoint, gate: Gate): Promise<BoundSocket> {
  const open = new Set<Socket>();
  guard(server, gate, open);
  try {
    const listening = once(server, 'listening');
    server.listen({ host: address, port, exclusive: true });
    await listening;
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, 'TCP', { address, port });
  }
  // A connection that cannot be accepted, for want of descriptors for instance, is no reason to stop.
  server.on('error', () => {});
  return {
    port: (server.address() as AddressInfo).port,
    // Node's own closing leaves out what is upgraded, and what is still shaking hands over TLS.
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Stands before the server's own listeners for connections. */
function guard(server: Server, { admission, now, handshakeMs = HANDSHAKE_MS }: Gate, open: Set<Socket>): void {
  const receivers = server.listeners('connection');
  server.removeAllListeners('connection');
  const isTls = server.listenerCount('secureConnection') > 0;
  const limitHandshake = handshakeLimit(server, handshakeMs);
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => {});
    const { remoteAddress: address } = socket;
    // Without an address it has ended already.
    if (address === undefined || admission.enter(now(), address) !== null) {
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      admission.leave(now(), address);
    });
    if (isTls) limitHandshake(socket);
    for (const receive of receivers) receive.call(server, socket);
  });
}

/** Ends a connection of TLS whose handshake is not done by then. */
function handshakeLimit(server: Server, handshakeMs: number): (socket: Socket) => void {
  const deadlines = new Map<string, NodeJS.Timeout>();
  const lift = (key: string): void => {
    clearTimeout(deadlines.get(key));
    deadlines.delete(key);
  };
  server.on('secureConnection', (secure: Socket) => lift(keyOf(secure)));
  return (socket) => {
    const key = keyOf(socket);
    deadlines.set(key, setTimeout(() => socket.destroy(), handshakeMs).unref());
    socket.once('close', () => lift(key));
  };
}

/** Node does not tell which connection it is that has shaken hands; both have the same remote endpoint. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remotePort} ${remoteAddress}`;
}
