/**
 * A listener for TURN over TCP or TLS (RFC 8656 §3.1), which hands out its connections, and closes them when it is
 * closed.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Endpoint } from '../../src/endpoint.ts';
import type { BoundSocket } from '../sockets/bind.ts';
import { type Gate, listenTcp } from '../sockets/listen.ts';
import { createSecure, type Tls } from '../sockets/tls.ts';

export interface StreamServer extends BoundSocket {
  readonly transport: 'tcp' | 'tls';
  readonly server: Server;
  /** Sets the one receiver of connections; those that come before are closed. */
  readonly onConnection: (take: (socket: Socket) => void) => void;
}

/** @throws StartError when the address and port cannot be had, or the certificate cannot be used. */
export async function openStreamServer(
  at: Endpoint,
  { tls, ...gate }: Gate & { readonly tls?: Tls | undefined },
): Promise<StreamServer> {
  let take = (socket: Socket): void => void socket.destroy();
  const server = createListener(tls, (socket) => take(socket));
  return {
    ...(await listenTcp(server, at, gate)),
    server,
    transport: tls ? 'tls' : 'tcp',
    onConnection: (receive) => {
      take = receive;
    },
  };
}

function createListener(tls: Tls | undefined, take: (socket: Socket) => void): Server {
  if (!tls) return createServer({ noDelay: true }, take);
  const server = createSecure(() => createTlsServer({ ...tls, noDelay: true }, take));
  // Node does not close the connection after every failure.
  return server.on('tlsClientError', (_, socket) => socket.destroy());
}
