/**
 * A UDP socket behind a 1:1 NAT, as clients see it. It goes by its announced endpoint, and so does every other socket of
 * this host: whatever decides on datagrams knows announced addresses alone.
 */
import type { Endpoint } from '../../src/endpoint.ts';
import { type OpenSocket, openUdpSocket, type UdpSocket } from '../../src/net/udp-socket.ts';
import type { ServedAddress } from './served-address.ts';

/** Translates between the two sides of the server's addresses; other addresses stay as they are. */
export interface AddressBook {
  readonly announced: (address: string) => string;
  readonly bound: (address: string) => string;
  /** Whether some address has two sides that differ. */
  readonly translates: boolean;
}

export function addressBook(served: readonly ServedAddress[]): AddressBook {
  const announcedOf = new Map(served.map(({ bound, announced }) => [bound, announced]));
  const boundOf = new Map(served.map(({ bound, announced }) => [announced, bound]));
  return {
    announced: (address) => announcedOf.get(address) ?? address,
    bound: (address) => boundOf.get(address) ?? address,
    translates: served.some(({ bound, announced }) => bound !== announced),
  };
}

/**
 * Gives the socket its announced endpoint. What goes from one socket of this host to another stays on it, since not every
 * 1:1 NAT returns what is sent to its own outside.
 */
export function announce<Socket extends UdpSocket>(
  socket: Socket,
  { announced, bound, translates }: AddressBook,
): Socket {
  if (!translates) return socket;
  const outside = ({ address, port }: Endpoint): Endpoint => ({ address: announced(address), port });
  return {
    ...socket,
    local: outside(socket.local),
    send: (bytes, to, onFailure) => socket.send(bytes, { ...to, address: bound(to.address) }, onFailure),
    onDatagram: (receive) => socket.onDatagram((bytes, from) => receive(bytes, outside(from))),
  };
}

/** Opens sockets that are asked for by their announced endpoints. */
export function announcedOpener(book: AddressBook): OpenSocket {
  return async ({ address, port }) => announce(await openUdpSocket({ address: book.bound(address), port }), book);
}
