/** One UDP socket that several use at once: each gets the datagrams that it knows for its own. */
import type { Endpoint } from '../endpoint.ts';
import type { UdpSocket } from './udp-socket.ts';

export interface SharedSocket {
  readonly local: Endpoint;
  /**
   * One more user of the socket, which gets what it `owns` and nobody before it does; a user that is alone gets everything.
   * Disposing of what is given takes that user away, and leaves the socket open.
   */
  readonly share: (owns: (bytes: Uint8Array, from: Endpoint) => boolean) => UdpSocket;
}

interface User {
  readonly owns: (bytes: Uint8Array, from: Endpoint) => boolean;
  receive: (bytes: Uint8Array, from: Endpoint) => void;
}

/** Takes the socket's datagrams from now on; closing it stays its owner's. */
export function shareSocket(socket: UdpSocket): SharedSocket {
  const users = new Set<User>();
  socket.onDatagram((bytes, from) => {
    for (const user of users) {
      if (users.size > 1 && !user.owns(bytes, from)) continue;
      user.receive(bytes, from);
      return;
    }
  });
  return {
    local: socket.local,
    share: (owns) => {
      const user: User = { owns, receive: () => {} };
      users.add(user);
      return {
        local: socket.local,
        send: socket.send,
        onDatagram: (receive) => {
          user.receive = receive;
        },
        [Symbol.asyncDispose]: async () => void users.delete(user),
      };
    },
  };
}
