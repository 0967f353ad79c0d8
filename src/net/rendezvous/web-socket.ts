/** Opens a WebSocket; a failure is returned as a value with its reason. */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { UsageError } from '../../errors.ts';
import type { ServerSign } from '../../rendezvous/introduction/output.ts';
import { codeOf, explainCode, rendezvousAt } from '../explain-code.ts';
import { createResolver, type Resolver } from '../lookup/resolver.ts';
import { sharedLookup } from '../lookup/shared-lookup.ts';
import { signOfCode, signOfStatus } from './server-sign.ts';
import { WEB_SOCKET_BOUNDS } from './web-socket-bounds.ts';

/** The time for name lookup, connection, TLS handshake and upgrade together. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** What `ws` says when that time is over, without a code. */
const HANDSHAKE_TIMED_OUT = 'Opening handshake has timed out';

export type OpenResult =
  /** `address` is the IP address that the socket is connected to. */
  | { readonly outcome: 'open'; readonly socket: WebSocket; readonly address: string }
  /** The server answered 503. */
  | { readonly outcome: 'closing' }
  /** One sentence, with the system's code in it. */
  | { readonly outcome: 'unreachable'; readonly reason: string; readonly sign: ServerSign };

export interface WebSocketOptions {
  /** Certificates in PEM, to trust in place of the system's. */
  readonly ca?: string | undefined;
  /** A connection to the host of the URL, over TLS for `wss`; a new one is opened when this is left out. */
  readonly connection?: Socket | undefined;
  readonly resolver?: Resolver | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws UsageError when the URL is not a WebSocket URL; the signal's reason when it is aborted. */
export async function openWebSocket(url: string, options: WebSocketOptions): Promise<OpenResult> {
  const { ca, connection, signal, resolver = createResolver() } = options;
  if (!URL.canParse(url) || !/^wss?:\/\/[^#]+$/.test(url)) {
    throw new UsageError(`'${url}' is not a rendezvous: write ws://HOST:PORT or wss://HOST:PORT`);
  }
  signal?.throwIfAborted();
  const bounds = { ...WEB_SOCKET_BOUNDS, handshakeTimeout: HANDSHAKE_TIMEOUT_MS };
  let isConnected = connection !== undefined;
  const socket = new WebSocket(url, {
    ...bounds,
    ...(ca !== undefined && { ca }),
    ...(connection ? { createConnection: () => connection } : { lookup: sharedLookup(resolver, signal) }),
    finishRequest: (request) => {
      request.once('socket', (tcp) => {
        tcp.once('connect', () => {
          isConnected = true;
        });
      });
      request.end();
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<OpenResult>();
  const abort = (): void => {
    socket.terminate();
    reject(signal?.reason);
  };
  signal?.addEventListener('abort', abort, { once: true });
  const fail = (code: string, sign: ServerSign): void =>
    resolve({ outcome: 'unreachable', reason: explainCode(code, rendezvousAt(url)), sign });
  let address = '';
  socket.on('upgrade', ({ socket: { remoteAddress } }) => {
    address = remoteAddress ?? '';
  });
  socket.on('open', () => resolve({ outcome: 'open', socket, address }));
  // Later errors are followed by a close, which is handled.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const isLate = error.message === HANDSHAKE_TIMED_OUT;
    fail(codeOf(error), isLate ? (isConnected ? 'broken-off' : 'absent') : signOfCode(error.code));
  });
  socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
    socket.terminate();
    if (statusCode === 503) resolve({ outcome: 'closing' });
    else fail(`HTTP ${statusCode}`, signOfStatus(statusCode));
  });
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
