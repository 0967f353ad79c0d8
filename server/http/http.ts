/** The server's HTTP side, with or without TLS: health, metrics, and the connections that the rendezvous upgrades. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Endpoint } from '../../src/endpoint.ts';
import type { ConnectionLimits } from '../limit/tcp-admission.ts';
import type { BoundSocket } from '../sockets/bind.ts';
import { type Gate, listenTcp } from '../sockets/listen.ts';
import { createSecure, type Tls } from '../sockets/tls.ts';

/** The greatest length of a request's headers. */
const HEADER_MAX_BYTES = 8 * 1024;
/**
 * The greatest number of requests on one connection. They may all come at once, and each takes some kilobytes while it
 * is answered. A client that has more to ask opens another connection.
 */
const REQUESTS_MAX = 100;
/**
 * More than the rendezvous has room for (rendezvous/decisions/limits.ts), so that it can tell those it has no room for.
 */
export const HTTP_CONNECTIONS_MAX = 16_384;

/** How long clients may take. */
export interface Patience {
  /** From the acceptance, or the last answer, to the end of the headers. */
  readonly headersMs: number;
  /** To the end of the whole request. */
  readonly requestMs: number;
  /** From an answer to the next request. */
  readonly keepAliveMs: number;
  /** How often Node looks for requests that take too long. */
  readonly checkMs: number;
}

const PATIENCE: Patience = {
  headersMs: 5_000,
  requestMs: 10_000,
  keepAliveMs: 5_000,
  checkMs: 1_000,
};

export interface HttpServer extends BoundSocket {
  /** Takes `upgrade` listeners. */
  readonly server: Server;
}

export interface Page {
  /** 200 unless given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** The client that asks for a page; without addresses it has gone already. */
export interface Visitor {
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  /** The Authorization header. */
  readonly authorization?: string | undefined;
  /** The Accept-Encoding header. */
  readonly acceptEncoding?: string | undefined;
  /** The If-None-Match header. */
  readonly ifNoneMatch?: string | undefined;
}

/** The pages by their paths; each is made when a GET asks for it. */
export type Pages = Readonly<Record<string, (visitor: Visitor) => Page | Promise<Page>>>;

interface HttpOptions extends Gate {
  readonly pages: Pages;
  readonly tls?: Tls | undefined;
  /** Replaces the usual times. */
  readonly patience?: Partial<Patience>;
}

/** @throws StartError when the address and port cannot be had, or the certificate cannot be used. */
export async function openHttpServer(
  at: Endpoint,
  { pages, tls, patience, ...gate }: HttpOptions,
): Promise<HttpServer> {
  const server = createBoundedServer({ ...PATIENCE, ...patience }, tls, (request, response) => {
    void answer(pages, request, response).catch(() => response.destroy());
  });
  return { ...(await listenTcp(server, at, gate)), server };
}

/**
 * How many connections HTTP takes on all addresses together. Each peer of a source has one, and may open another beside
 * it: a client that tries TLS first opens two at once, and one that comes back may do so before the server has noticed
 * that its last connection is gone.
 */
export function httpConnectionLimits(peersPerSource: number): ConnectionLimits {
  return { connections: HTTP_CONNECTIONS_MAX, connectionsPerSource: 2 * peersPerSource };
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function createBoundedServer(patience: Patience, tls: Tls | undefined, listener: Listener): Server {
  const bounds = {
    maxHeaderSize: HEADER_MAX_BYTES,
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    keepAliveTimeout: patience.keepAliveMs,
    connectionsCheckingInterval: patience.checkMs,
    // A client that offers HTTP/2 with its request is answered all the same; Node before 24.9 does not ask.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
  };
  const server = tls
    ? createSecure(() => createTlsServer({ ...bounds, ...tls }, listener))
    : createServer(bounds, listener);
  server.maxRequestsPerSocket = REQUESTS_MAX;
  server.on('dropRequest', (_, socket: Duplex) => socket.destroy());
  return server;
}

async function answer(pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  // No page takes a body; the connection ends after the answer, so that none has to be read to its end.
  if (request.headers['content-length'] ?? request.headers['transfer-encoding']) response.shouldKeepAlive = false;
  if (!page) return end(response, { status: 404, contentType: 'text/plain', body: 'not found\n' });
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return end(response, { status: 405, contentType: 'text/plain', body: 'only GET and HEAD\n' });
  }
  const { remoteAddress, localAddress } = request.socket;
  const { authorization, 'accept-encoding': accepted, 'if-none-match': ifNoneMatch } = request.headers;
  const acceptEncoding = Array.isArray(accepted) ? accepted.join() : accepted;
  end(response, await page({ remoteAddress, localAddress, authorization, acceptEncoding, ifNoneMatch }));
}

function end(response: ServerResponse, { status = 200, headers, contentType, body }: Page): void {
  response.writeHead(status, {
    'content-type': contentType,
    ...(status !== 304 && { 'content-length': Buffer.byteLength(body) }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(body);
}
