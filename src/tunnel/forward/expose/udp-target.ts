/** A UDP socket for one flow to what is exposed. It hears nobody but its target. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { SEND_QUEUE_MAX_BYTES } from '../../../net/udp-socket.ts';
import { unlessAborted } from '../../../net/waits.ts';
import type { PortTarget } from '../grammar/target.ts';
import { addressesOf } from './target-addresses.ts';

export interface UdpTarget extends Disposable {
  /** Sends one datagram, which may be lost. */
  readonly send: (bytes: Uint8Array) => void;
  /** Sets the one receiver. */
  readonly onDatagram: (receive: (bytes: Uint8Array) => void) => void;
}

/** @throws the system's error when the name is not known or no way leads there; the signal's reason when aborted. */
export async function openUdpTarget({ host, port }: PortTarget, signal: AbortSignal): Promise<UdpTarget> {
  const {
    addresses: [address],
  } = await unlessAborted(addressesOf(host), signal);
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  // That nothing listens there (ICMP) is one datagram lost: the program may start in a moment.
  socket.on('error', () => {});
  try {
    const connected = once(socket, 'connect', { signal });
    socket.connect(port, address);
    await connected;
  } catch (error) {
    socket.close();
    signal.throwIfAborted();
    throw error;
  }
  return wrap(socket);
}

function wrap(socket: Socket): UdpTarget {
  let open = true;
  return {
    send: (bytes) => {
      if (open && socket.getSendQueueSize() <= SEND_QUEUE_MAX_BYTES) socket.send(bytes, () => {});
    },
    onDatagram: (receive) => {
      socket.on('message', (bytes) => receive(bytes));
    },
    [Symbol.dispose]: () => {
      if (open) socket.close();
      open = false;
    },
  };
}
