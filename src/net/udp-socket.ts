/** A bound UDP socket with an owner: literal addresses only, no name lookup on the way of a datagram. */
import { createSocket, type Socket } from 'node:dgram';
import { type Endpoint, type Family, familyOf } from '../endpoint.ts';

export interface UdpSocket extends AsyncDisposable {
  /** Where it is bound. */
  readonly local: Endpoint;
  /** Sends one datagram; `onFailure` gets the system's code when the system refuses it. */
  readonly send: (bytes: Uint8Array, to: Endpoint, onFailure: (code: string) => void) => void;
  /** Sets the one receiver. */
  readonly onDatagram: (receive: (bytes: Uint8Array, from: Endpoint) => void) => void;
}

/** @throws the system's error (EADDRNOTAVAIL, EADDRINUSE, …) when it cannot be bound. */
export async function openUdpSocket(at: Endpoint): Promise<UdpSocket> {
  const family = familyOf(at.address);
  const socket = createUnboundSocket(family);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(at.port, at.address, () => {
      socket.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    socket.close();
    throw error;
  });
  // Later errors are reported for the send that caused them; ICMP errors reach no unconnected socket.
  socket.on('error', () => {});
  const { address, port } = socket.address();
  let closed = false;
  return {
    local: { address, port },
    send: (bytes, to, onFailure) => {
      socket.send(bytes, to.port, to.address, (error) => {
        if (error && !closed) onFailure((error as NodeJS.ErrnoException).code ?? error.message);
      });
    },
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
 * The local address from which the system would send to `remote`.
 * @throws the system's error (ENETUNREACH, …) when there is no route.
 */
export async function localAddressToward(remote: Endpoint): Promise<string> {
  const socket = createUnboundSocket(familyOf(remote.address));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // Connecting a UDP socket sends nothing; it only asks for the route.
      socket.connect(remote.port, remote.address, (error?: Error) => (error ? reject(error) : resolve()));
    });
    return socket.address().address;
  } finally {
    socket.close();
  }
}

function createUnboundSocket(family: Family): Socket {
  return createSocket({
    type: family === 'IPv6' ? 'udp6' : 'udp4',
    // Everything sent to is a literal already; the default lookup would cost a thread each time.
    lookup: (hostname, _options, callback) => callback(null, hostname, family === 'IPv6' ? 6 : 4),
  });
}
