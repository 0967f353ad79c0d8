/** A UDX socket as a UdpSocket: what speaks STUN shares it with the native streams that go over a path. */
import { isIP } from 'node:net';
import { canonicalAddress, type Endpoint, type Family, familyOf } from '../../endpoint.ts';
import { type Destination, type OpenSocket, SEND_QUEUE_MAX_BYTES, type UdpSocket } from '../udp-socket.ts';
import type { Udx, UdxSocket } from './native.ts';

/** libudx reads into 2,048 bytes, and cuts what is longer without a word: what fills them may have been cut. */
const DATAGRAM_MAX_BYTES = 2_047;
/** Streams at full speed fill the kernel's own 208 KiB in a few milliseconds. The kernel limits it to its own maximum. */
const BUFFER_BYTES = 4 * 1024 * 1024;

export interface UdxUdpSocket extends UdpSocket {
  readonly native: UdxSocket;
}

interface State {
  readonly native: UdxSocket;
  readonly family: Family;
  /** How many bytes wait in user space. */
  waiting: number;
  isClosed: boolean;
  receive: (bytes: Uint8Array, from: Endpoint) => void;
}

/** The native sockets that were opened here. */
const NATIVES = new WeakSet<object>();

/** Returns the native socket under a UdpSocket, or under a share of one; null where there is another kind of socket. */
export function nativeOf({ native }: UdpSocket): UdxSocket | null {
  return native && NATIVES.has(native) ? (native as UdxSocket) : null;
}

/** Returns what opens the sockets of one table of streams. */
export function udxSockets(udx: Udx): OpenSocket {
  return (at) => openUdxSocket(at, udx);
}

/**
 * Opens a socket. It never fragments: a datagram that the way does not take is lost. Of failures it tells those that it finds
 * itself; libudx keeps the system's own, so that a datagram without a route is only lost. The native packets that no stream
 * knows come as datagrams.
 *
 * Disposing of it destroys the streams that it sends, and waits for those that are moving to another socket.
 * @throws the system's error (EADDRNOTAVAIL, EADDRINUSE, …) when it cannot be bound.
 */
export async function openUdxSocket(at: Endpoint, udx: Udx): Promise<UdxUdpSocket> {
  const native = udx.createSocket({ ipv6Only: isIP(at.address) === 6 });
  try {
    native.bind(at.port, at.address);
  } catch (error) {
    await native.close();
    throw bindError(error, at);
  }
  NATIVES.add(native);
  enlargeBuffers(native);
  const family = familyOf(at.address);
  const state: State = { native, family, waiting: 0, isClosed: false, receive: () => {} };
  native.on(
    'message',
    (bytes: Uint8Array, { host: address, port }: { readonly host: string; readonly port: number }) => {
      if (bytes.length <= DATAGRAM_MAX_BYTES && !state.isClosed) state.receive(bytes, { address, port });
    },
  );
  return {
    local: { address: canonicalAddress(at.address), port: native.address()?.port ?? at.port },
    native,
    maxBytes: DATAGRAM_MAX_BYTES,
    send: (bytes, to, onFailure) => send(state, bytes, { to, onFailure }),
    onDatagram: (receive) => {
      state.receive = receive;
    },
    [Symbol.asyncDispose]: () => close(state),
  };
}

/** Returns the error as Node's sockets have it. */
function bindError(error: unknown, at: Endpoint): Error {
  const { code = 'EINVAL', message } = error as NodeJS.ErrnoException;
  return Object.assign(new Error(`bind ${code} ${at.address}: ${message}`, { cause: error }), {
    code,
    syscall: 'bind',
    ...at,
  });
}

function enlargeBuffers(native: UdxSocket): void {
  // Some systems refuse what is more than their maximum, and then it stays as it is.
  for (const name of ['setRecvBufferSize', 'setSendBufferSize'] as const) {
    try {
      native[name](BUFFER_BYTES);
    } catch {}
  }
}

function send(
  state: State,
  bytes: Uint8Array,
  { to, onFailure }: { readonly to: Destination; readonly onFailure: (code: string) => void },
): void {
  const refusal = refusalOf(state, bytes, to);
  if (refusal !== null) {
    onFailure(refusal);
    return;
  }
  state.waiting += bytes.length;
  const settle = (code: string | null): void => {
    state.waiting -= bytes.length;
    if (code !== null && !state.isClosed) onFailure(code);
  };
  state.native.send(bytes, to.port, to.address, to.ttl).then(
    // libudx does not say what the system has answered.
    (isSent) => settle(isSent ? null : 'UNKNOWN'),
    (error: NodeJS.ErrnoException) => settle(error.code ?? 'EINVAL'),
  );
}

function refusalOf({ isClosed, family, waiting }: State, bytes: Uint8Array, to: Destination): string | null {
  if (isClosed) return 'EBADF';
  if (to.port === 0 || familyOf(to.address) !== family) return 'EINVAL';
  if (bytes.length > DATAGRAM_MAX_BYTES) return 'EMSGSIZE';
  return waiting > SEND_QUEUE_MAX_BYTES ? 'ENOBUFS' : null;
}

async function close(state: State): Promise<void> {
  const { native } = state;
  state.isClosed = true;
  endStreams(native);
  await native.close();
}

/** Destroys the streams that the socket sends at once, which tells their peers. */
export function endStreams(native: UdxSocket): void {
  for (const stream of [...native.streams]) {
    if (stream.socket !== native) continue;
    stream.destroy();
    stream._predestroy();
  }
}
