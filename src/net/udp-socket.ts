/** A bound UDP socket with an owner: literal addresses only, no name lookup on the way of a datagram. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Endpoint, type Family, familyOf } from '../endpoint.ts';
import { UsageError } from '../errors.ts';

/** How much may wait in user space when the kernel's buffer is full. Beyond it a datagram is refused, so memory is bounded. */
export const SEND_QUEUE_MAX_BYTES = 1024 * 1024;

/** The default of RFC 1122 §3.2.1.7, which systems use. */
const DEFAULT_TTL = 64;

/** Node's UDP socket. */
export type DgramSocket = Socket;

/** Where a datagram goes, and how far at most. */
export interface Destination extends Endpoint {
  /** How many routers the datagram may pass, where the transport has such a limit; default: the system's own number. */
  readonly ttl?: number | undefined;
}

export interface UdpSocket extends AsyncDisposable {
  /** The endpoint that it is bound to. */
  readonly local: Endpoint;
  /**
   * Sends one datagram. `onFailure` gets the system's code: ENOBUFS when too much is waiting already, EBADF when the socket
   * is closed.
   */
  readonly send: (bytes: Uint8Array, to: Destination, onFailure: (code: string) => void) => void;
  /** Sets the one receiver. */
  readonly onDatagram: (receive: (bytes: Uint8Array, from: Endpoint) => void) => void;
  /** The most bytes that it takes in one datagram, where that is less than what IP takes. */
  readonly maxBytes?: number | undefined;
  /** What it is made of, for whoever has had it opened by another opener than Node's. */
  readonly native?: object | undefined;
}

/** Opens a socket. @throws the system's error, which has a `syscall`, when it cannot be bound. */
export type OpenSocket = (at: Endpoint) => Promise<UdpSocket>;

/** Opens a socket. @throws the system's error (EADDRNOTAVAIL, EADDRINUSE, …) when it cannot be bound. */
export async function openUdpSocket(
  at: Endpoint,
  {
    bufferBytes,
    isMulticast = false,
  }: {
    /** The size of the kernel's buffer in each direction, which the kernel limits to its own maximum. */
    readonly bufferBytes?: number;
    /** Whether what it sends to a group goes out on the interface of its own address. */
    readonly isMulticast?: boolean;
  } = {},
): Promise<UdpSocket> {
  const socket = createUnboundSocket(familyOf(at.address), bufferBytes);
  try {
    const listening = once(socket, 'listening');
    socket.bind({ ...at, exclusive: true });
    await listening;
    if (isMulticast) socket.setMulticastInterface(at.address);
  } catch (error) {
    socket.close();
    throw error;
  }
  // Later errors are reported for the send that caused them; ICMP errors reach no unconnected socket.
  socket.on('error', () => {});
  const { address, port } = socket.address();
  let closed = false;
  return {
    local: { address, port },
    send: createSender(socket, () => closed),
    onDatagram: (receive) => {
      socket.removeAllListeners('message');
      socket.on('message', (bytes, { address: from, port: fromPort }) =>
        receive(bytes, { address: from, port: fromPort }),
      );
    },
    [Symbol.asyncDispose]: async () => {
      if (closed) return;
      closed = true;
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

/**
 * Uses a socket that somebody else has opened and bound. Disposing of it gives the socket back, open, without our listeners. Where it is
 * bound to every address, its own is the one from which the system sends to `remote`.
 * @throws UsageError when it is not bound; the system's error when there is no route.
 */
export async function adoptUdpSocket(socket: Socket, remote: Endpoint): Promise<UdpSocket> {
  const bound = boundTo(socket);
  const isWildcard = bound.address === '0.0.0.0' || bound.address === '::';
  const local = isWildcard ? { ...bound, address: await localAddressToward(remote) } : bound;
  let closed = false;
  let receive = (_bytes: Uint8Array, _from: Endpoint): void => {};
  const onMessage = (bytes: Buffer, { address, port }: Endpoint): void => receive(bytes, { address, port });
  const onError = (): void => {};
  socket.on('message', onMessage).on('error', onError);
  return {
    local,
    send: createSender(socket, () => closed),
    onDatagram: (next) => {
      receive = next;
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      socket.off('message', onMessage).off('error', onError);
    },
  };
}

function boundTo(socket: Socket): Endpoint {
  try {
    const { address, port } = socket.address();
    return { address, port };
  } catch {
    throw new UsageError('the socket is not bound: bind it to an address and port first');
  }
}

type OnFailure = Parameters<UdpSocket['send']>[2];

function createSender(socket: Socket, isClosed: () => boolean): UdpSocket['send'] {
  const reporter = createReporter(isClosed);
  return (bytes, to, onFailure) => {
    const refusal = refusalOf(socket, to, isClosed());
    if (refusal) onFailure(refusal);
    else if (to.ttl === undefined) socket.send(bytes, to.port, to.address, reporter(onFailure));
    else sendWithTtl(socket, bytes, { ...to, ttl: to.ttl, isClosed, report: reporter(onFailure) });
  };
}

/** Why a datagram cannot be sent now, as a code of the system; null when it can. */
function refusalOf(socket: Socket, { port }: Destination, isClosed: boolean): string | null {
  if (isClosed) return 'EBADF';
  // Node throws on port 0, from which a stranger's datagram may claim to come.
  if (port === 0) return 'EINVAL';
  return socket.getSendQueueSize() > SEND_QUEUE_MAX_BYTES ? 'ENOBUFS' : null;
}

type Report = (error: Error | null) => void;

/** Gives what tells Node's error to `onFailure`: the same one as long as that stays the same, as it does where there are many datagrams. */
function createReporter(isClosed: () => boolean): (onFailure: OnFailure) => Report {
  let last: OnFailure | null = null;
  let report: Report = () => {};
  return (onFailure) => {
    if (onFailure !== last) {
      last = onFailure;
      report = (error) => {
        if (error && !isClosed()) onFailure((error as NodeJS.ErrnoException).code ?? error.message);
      };
    }
    return report;
  };
}

function sendWithTtl(
  socket: Socket,
  bytes: Uint8Array,
  {
    address,
    port,
    ttl,
    isClosed,
    report,
  }: Endpoint & { readonly ttl: number; readonly isClosed: () => boolean; readonly report: Report },
): void {
  socket.setTTL(ttl);
  socket.send(bytes, port, address, (error) => {
    // The TTL belongs to the socket, so whatever is sent meanwhile has it too: only use it on sockets that send nothing else yet.
    if (!isClosed()) socket.setTTL(DEFAULT_TTL);
    report(error);
  });
}

/**
 * Returns the local address from which the system would send to `remote`.
 * @throws the system's error (ENETUNREACH, …) when there is no route.
 */
export async function localAddressToward(remote: Endpoint): Promise<string> {
  const socket = createUnboundSocket(familyOf(remote.address));
  try {
    // Connecting a UDP socket sends nothing; it only asks for the route.
    const connected = once(socket, 'connect');
    socket.connect(remote.port, remote.address);
    await connected;
    return socket.address().address;
  } finally {
    socket.close();
  }
}

function createUnboundSocket(family: Family, bufferBytes?: number): Socket {
  return createSocket({
    type: family === 'IPv6' ? 'udp6' : 'udp4',
    ipv6Only: family === 'IPv6',
    ...(bufferBytes === undefined ? {} : { recvBufferSize: bufferBytes, sendBufferSize: bufferBytes }),
    // Every destination is a literal address already; the default lookup would cost a thread each time.
    lookup: (hostname, _options, callback) => callback(null, hostname, family === 'IPv6' ? 6 : 4),
  });
}
