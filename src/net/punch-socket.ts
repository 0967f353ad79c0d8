/** The one local socket of a punch, tied to the rendezvous session by a ticket sent from itself. */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../endpoint.ts';
import { createTicketBinding, type TicketBindingResult } from '../rendezvous/ticket-binding.ts';
import { startDriver } from './driver.ts';
import { localAddressToward, openUdpSocket, type UdpSocket } from './udp-socket.ts';

export interface BoundSocket {
  /** The caller's to close. */
  readonly socket: UdpSocket;
  readonly binding: TicketBindingResult;
}

/**
 * Opens a socket on the interface that routes to the server (or `local`) and binds it by the ticket.
 * @throws the system's error when there is no route or no such address; the signal's reason when aborted.
 */
export async function openPunchSocket(options: {
  readonly server: Endpoint;
  readonly ticket: { readonly username: string; readonly password: string };
  readonly local?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<BoundSocket> {
  const { server, ticket, signal } = options;
  const address = options.local ?? (await localAddressToward(server));
  const socket = await openUdpSocket({ address, port: 0 });
  try {
    const session = createTicketBinding({ ticket, server, randomBytes });
    const binding = await startDriver({ session, sockets: { punch: socket }, signal }).result;
    return { socket, binding };
  } catch (error) {
    await socket[Symbol.asyncDispose]();
    throw error;
  }
}
