/** A listener for TURN over TCP, or over TLS (RFC 8656 §3.1): it hands out connections, and closes every one with itself. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Endpoint } from '../../src/endpoint.ts';
import type { Bound } from '../bind.ts';
import type { Tls } from '../options.ts';
import { listenError, StartError } from '../start-error.ts';

const TLS_HANDSHAKE_TIMEOUT_MS = 5_000;

export interface StreamServer extends Bound {
  readonly transport: 'tcp' | 'tls';
  /** Sets the one receiver of connections; what comes before is closed. */
  readonly onConnection: (take: (socket: Socket) => void) => void;
}

/** @throws StartError when the address and port cannot be had, or the certificate cannot be used. */
export async function openStreamServer(
  { address, port }: Endpoint,
  { tls, connections }: { readonly tls?: Tls | undefined /** At a time. */; readonly connections: number },
): Promise<StreamServer> {
  let take = (socket: Socket): void => void socket.destroy();
  const server = createListener(tls, (socket) => take(socket));
  server.maxConnections = connections;
  try {
    const listening = once(server, 'listening');
    server.listen({ host: address, port, exclusive: true });
    await listening;
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, 'TCP', { address, port });
  }
  // Those still shaking hands over TLS among them.
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => {});
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  // A connection that cannot be accepted, for want of descriptors for instance, is no reason to stop.
  server.on('error', () => {});
  return {
    transport: tls ? 'tls' : 'tcp',
    port: (server.address() as AddressInfo).port,
    onConnection: (receive) => {
      take = receive;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function createListener(tls: Tls | undefined, take: (socket: Socket) => void): Server {
  if (!tls) return createServer({ noDelay: true }, take);
  try {
    const server = createTlsServer({ ...tls, noDelay: true, handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS }, take);
    // Who speaks no TLS is closed by Node.
    return server.on('tlsClientError', () => {});
  } catch (error) {
    throw new StartError('bad-tls', `the TLS certificate or key cannot be used: ${(error as Error).message}`);
  }
}
