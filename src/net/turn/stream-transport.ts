/** A TCP or TLS connection to a TURN server, which takes and gives whole messages (RFC 8656 §3.1). */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls } from 'node:tls';
import { canonicalAddress, type Endpoint } from '../../endpoint.ts';
import { createStreamReader } from '../../turn/wire/stream.ts';
import { codeOf } from '../explain-code.ts';
import type { OpenedTransport, TurnTransport } from './transport.ts';

/** How long the connection may take, and the TLS handshake with it. */
const CONNECT_TIMEOUT_MS = 5_000;
/** What may wait in user space when the server does not read; beyond it a message is refused, so memory is bounded. */
const WRITE_BUFFER_MAX_BYTES = 1024 * 1024;
/** After that long without a packet the system asks whether the other side is still there. */
const KEEP_ALIVE_MS = 15_000;
/** How long what was written last may take to go out when the connection is closed. */
const FLUSH_TIMEOUT_MS = 500;

export interface TurnStreamOptions {
  readonly to: Endpoint;
  readonly local: string | undefined;
  /** `name` is what the certificate has to be for. Null is TCP. */
  readonly tls: { readonly name: string; readonly ca: string | undefined } | null;
  readonly signal: AbortSignal | undefined;
}

/** @throws the signal's reason when aborted. */
export async function openTurnStream(options: TurnStreamOptions): Promise<OpenedTransport> {
  const { tls, signal, to } = options;
  signal?.throwIfAborted();
  const socket = connect(options);
  const { promise, resolve, reject } = Promise.withResolvers<OpenedTransport>();
  const fail = (detail: string): void => resolve({ outcome: 'unreachable', detail });
  const abort = (): void => reject(signal?.reason);
  const timer = setTimeout(() => fail('ETIMEDOUT'), CONNECT_TIMEOUT_MS);
  const onError = (error: NodeJS.ErrnoException): void => fail(codeOf(error));
  signal?.addEventListener('abort', abort, { once: true });
  socket.on('error', onError);
  socket.once(tls ? 'secureConnect' : 'connect', () =>
    resolve({ outcome: 'open', transport: transportOver(socket, to) }),
  );
  let isOpen = false;
  try {
    const opened = await promise;
    isOpen = opened.outcome === 'open';
    return opened;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    if (!isOpen) socket.destroy();
  }
}

function connect({ to, local, tls }: TurnStreamOptions): Socket {
  const place = { host: to.address, port: to.port, ...(local === undefined ? {} : { localAddress: local }) };
  const socket = tls ? connectTls({ ...place, ...secured(tls) }) : connectTcp(place);
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
}

function secured({ name, ca }: NonNullable<TurnStreamOptions['tls']>): ConnectionOptions {
  return {
    // An address is no server name (RFC 6066 §3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  };
}

/** A connection that is open, with its end. */
interface Connection {
  readonly socket: Socket;
  /** Resolved when it has ended. */
  readonly closed: Promise<void>;
  receive: (message: Uint8Array) => void;
  onClose: (code: string) => void;
  /** Why it ends, in case it does. */
  why: string;
  isDisposed: boolean;
}

function transportOver(socket: Socket, server: Endpoint): TurnTransport {
  const connection = watch(socket);
  return {
    local: { address: canonicalAddress(socket.localAddress ?? '::'), port: socket.localPort ?? 0 },
    server,
    isStream: true,
    send: (bytes, _to, onFailure) => {
      if (socket.writableLength > WRITE_BUFFER_MAX_BYTES) onFailure('ENOBUFS');
      else if (!socket.writable) onFailure('EPIPE');
      else socket.write(bytes);
    },
    onDatagram: (receive) => {
      connection.receive = (message) => receive(message, server);
    },
    onClose: (receive) => {
      connection.onClose = receive;
      if (socket.closed && !connection.isDisposed) receive(connection.why);
    },
    [Symbol.asyncDispose]: () => dispose(connection),
  };
}

/** Reads whole messages from the socket, and learns why it ends. */
function watch(socket: Socket): Connection {
  const reader = createStreamReader();
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const idle = { receive: () => {}, onClose: () => {}, isDisposed: false };
  const connection: Connection = { socket, closed, ...idle, why: 'ECONNRESET' };
  socket.on('error', (error: NodeJS.ErrnoException) => {
    connection.why = codeOf(error);
  });
  socket.on('end', () => {
    connection.why = 'EOF';
  });
  socket.on('data', (chunk: Buffer) => {
    const messages = reader.push(chunk);
    for (const message of messages ?? []) if (!connection.isDisposed) connection.receive(message);
    if (messages) return;
    connection.why = 'EPROTO';
    socket.destroy();
  });
  socket.once('close', () => {
    if (!connection.isDisposed) connection.onClose(connection.why);
    resolve();
  });
  return connection;
}

/** Lets what was written last go out, for as long as that may take. */
async function dispose(connection: Connection): Promise<void> {
  const { socket, closed, isDisposed } = connection;
  if (isDisposed) return closed;
  connection.isDisposed = true;
  socket.destroySoon();
  const timer = setTimeout(() => socket.destroy(), FLUSH_TIMEOUT_MS);
  await closed;
  clearTimeout(timer);
}
