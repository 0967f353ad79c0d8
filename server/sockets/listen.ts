/**
 * A TCP listener for whatever is spoken over it: each connection is counted from its acceptance to its end, and one
 * that is not admitted costs neither a TLS handshake nor an HTTP parser.
 */
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Endpoint } from '../../src/endpoint.ts';
import type { Admission } from '../limit/tcp-admission.ts';
import type { BoundSocket } from './bind.ts';
import { listenError, type SystemError } from './listen-error.ts';

/** How long a TLS handshake may take. Node's own timeout begins anew with each byte. */
export const HANDSHAKE_MS = 5_000;

export interface Gate {
  /** Counts the connections; many listeners may share one. */
  readonly admission: Admission;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** How long after its acceptance a connection may still be in its TLS handshake. */
  readonly handshakeMs?: number;
  /** Whether other processes of this server listen at the same endpoint (SO_REUSEPORT). */
  readonly isShared?: boolean;
}

/**
 * Begins to listen; its disposal ends every connection.
 * @param server a TCP, TLS, HTTP or HTTPS server whose listeners for connections are in place.
 * @throws StartError when the address and port cannot be had.
 */
export async function listenTcp(server: Server, { address, port }: Endpoint, gate: Gate): Promise<BoundSocket> {
  const open = new Set<Socket>();
  guard(server, gate, open);
  try {
    const listening = once(server, 'listening');
    server.listen({ host: address, port, exclusive: true, reusePort: gate.isShared ?? false });
    await listening;
  } catch (error) {
    throw listenError(error as SystemError, 'TCP', { address, port });
  }
  // A connection that cannot be accepted, because no descriptors are left for instance, is no reason to stop.
  server.on('error', () => {});
  return {
    port: (server.address() as AddressInfo).port,
    // Node's own closing leaves out upgraded connections, and those still in their TLS handshake.
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Admits or closes each connection before the server's listeners for connections see it. */
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

/** Ends a TLS connection whose handshake is not done in time. */
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

/**
 * A key for both the TCP and the TLS socket: Node does not say which belong together, but they share a remote endpoint.
 */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remotePort} ${remoteAddress}`;
}
