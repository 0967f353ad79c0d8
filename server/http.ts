/** The server's HTTP side, with TLS or without: health, metrics, and the connections that the rendezvous upgrades. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Endpoint } from '../src/endpoint.ts';
import type { Bound } from './bind.ts';
import type { Tls } from './options.ts';
import { listenError, StartError } from './start-error.ts';

/** Bounds for strangers: what they may send, how long they may take, and how many may at once. */
const HEADER_MAX_BYTES = 8 * 1024;
const HEADERS_TIMEOUT_MS = 5_000;
/** The whole request; it includes the headers. */
const REQUEST_TIMEOUT_MS = 10_000;
const TLS_HANDSHAKE_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_TIMEOUT_MS = 5_000;
/** How often Node looks for requests over their time. */
const CHECK_INTERVAL_MS = 1_000;
/** More than the rendezvous has room for (rendezvous/limits.ts), so that who comes too many is told so. */
const MAX_CONNECTIONS = 16_384;

export interface HttpServer extends Bound {
  /** For `upgrade` listeners. */
  readonly server: Server;
}

export interface Page {
  readonly contentType: string;
  readonly body: string;
}

/** What answers a GET, by path; a page is made when it is asked for. */
export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

/** @throws StartError when the address and port cannot be had, or the certificate cannot be used. */
export async function openHttpServer(
  { address, port }: Endpoint,
  { pages, tls }: { readonly pages: Pages; readonly tls?: Tls | undefined },
): Promise<HttpServer> {
  const server = createBoundedServer(tls, (request, response) => {
    void answer(pages, request, response).catch(() => response.destroy());
  });
  server.maxConnections = MAX_CONNECTIONS;
  try {
    const listening = once(server, 'listening');
    server.listen({ host: address, port, exclusive: true });
    await listening;
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, 'TCP', { address, port });
  }
  // Node's own closing leaves out what is upgraded, and what is still shaking hands over TLS.
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  // A connection that cannot be accepted, for want of descriptors for instance, is no reason to stop.
  server.on('error', () => {});
  return {
    server,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function createBoundedServer(tls: Tls | undefined, listener: Listener): Server {
  const bounds = {
    maxHeaderSize: HEADER_MAX_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    // Who offers HTTP/2 beside its request is answered all the same; Node before 24.9 does not ask.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
  };
  if (!tls) return createServer(bounds, listener);
  try {
    return createTlsServer({ ...bounds, ...tls, handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS }, listener);
  } catch (error) {
    throw new StartError('bad-tls', `the TLS certificate or key cannot be used: ${(error as Error).message}`);
  }
}

async function answer(pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  // No page takes a body; what comes of one is read no further than this connection.
  if (request.headers['content-length'] ?? request.headers['transfer-encoding']) response.shouldKeepAlive = false;
  if (!page) return end(response, 404, { contentType: 'text/plain', body: 'not found\n' });
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return end(response, 405, { contentType: 'text/plain', body: 'only GET and HEAD\n' });
  }
  end(response, 200, await page());
}

function end(response: ServerResponse, status: number, { contentType, body }: Page): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
