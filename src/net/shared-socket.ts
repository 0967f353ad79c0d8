/** One UDP socket that several users share: each gets the datagrams that it recognizes as its own, the latest user first. */
import type { Endpoint } from '../endpoint.ts';
import type { UdpSocket } from './udp-socket.ts';

export interface SharedSocket {
  readonly local: Endpoint;
  /**
   * Adds a user, which gets every datagram that it `owns` and no later user owns: of two paths to one endpoint, the newer one
   * is in use. A user that is alone gets everything.
   * Disposing of the returned socket removes that user, and leaves the shared socket open.
   */
  readonly share: (owns: (bytes: Uint8Array, from: Endpoint) => boolean) => UdpSocket;
}

interface User {
  readonly owns: (bytes: Uint8Array, from: Endpoint) => boolean;
  receive: (bytes: Uint8Array, from: Endpoint) => void;
}

/** Takes the socket's datagrams from now on. Its owner still has to close it. */
export function shareSocket(socket: UdpSocket): SharedSocket {
  const users: User[] = [];
  socket.onDatagram((bytes, from) => {
    for (const user of users) {
      if (users.length > 1 && !user.owns(bytes, from)) continue;
      user.receive(bytes, from);
      return;
    }
  });
  return {
    local: socket.local,
    share: (owns) => {
      const user: User = { owns, receive: () => {} };
      users.unshift(user);
      return {
        local: socket.local,
        maxBytes: socket.maxBytes,
        native: socket.native,
        send: socket.send,
        onDatagram: (receive) => {
          user.receive = receive;
        },
        [Symbol.asyncDispose]: async () => {
          const at = users.indexOf(user);
          if (at >= 0) users.splice(at, 1);
        },
      };
    },
  };
}
