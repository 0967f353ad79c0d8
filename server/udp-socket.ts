/** One UDP socket of the server: bound to one literal address, so that a reply leaves from where it must. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Endpoint, familyOf } from '../src/endpoint.ts';
import type { Bound } from './bind.ts';
import { listenError } from './start-error.ts';

/** Some 5,000 datagrams (the kernel counts about 800 bytes for a small one); the kernel cuts it to its own maximum. */
const BUFFER_BYTES = 4 * 1024 * 1024;
/** What may wait in user space when the kernel's buffer is full; beyond it replies are dropped, and memory is bounded. */
const SEND_QUEUE_MAX_BYTES = 1024 * 1024;

export interface UdpSocket extends Bound {
  readonly address: string;
  /** Every datagram from now on. */
  onDatagram(handle: (bytes: Uint8Array, remote: Endpoint) => void): void;
  /** False when too much waits already. A later failure is told to `failed`. */
  send(bytes: Uint8Array, to: Endpoint, failed: () => void): boolean;
}

/** @throws StartError when the address and port cannot be had. */
export async function openUdpSocket(address: string, port: number): Promise<UdpSocket> {
  const type = familyOf(address) === 'IPv6' ? 'udp6' : 'udp4';
  const socket = createSocket({
    type,
    ipv6Only: type === 'udp6',
    recvBufferSize: BUFFER_BYTES,
    sendBufferSize: BUFFER_BYTES,
    // Only literal addresses come here; the resolver's detour would put every reply off to a later tick.
    lookup: (literal, _options, callback) => callback(null, literal, type === 'udp6' ? 6 : 4),
  });
  await bind(socket, { address, port });
  return {
    address,
    port: socket.address().port,
    onDatagram: (handle) => void socket.on('message', (bytes, from) => handle(bytes, endpointOf(from))),
    send: (bytes, to, failed) => {
      if (socket.getSendQueueSize() > SEND_QUEUE_MAX_BYTES) return false;
      socket.send(bytes, to.port, to.address, (error) => error && failed());
      return true;
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}

async function bind(socket: Socket, at: Endpoint): Promise<void> {
  try {
    const listening = once(socket, 'listening');
    socket.bind({ ...at, exclusive: true });
    await listening;
  } catch (error) {
    socket.close();
    throw listenError(error as NodeJS.ErrnoException, 'UDP', at);
  }
  // An error report for one datagram, such as an ICMP message, is no reason to stop serving the others.
  socket.on('error', () => {});
}

function endpointOf({ address, port }: Endpoint): Endpoint {
  return { address, port };
}
