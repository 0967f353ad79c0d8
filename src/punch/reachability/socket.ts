/** The one local socket of a punch, tied to a rendezvous session by a ticket that is sent from it. */
import { randomBytes } from 'node:crypto';

import type { Endpoint } from '../../endpoint.ts';
import { startDriver } from '../../net/driver.ts';
import { codeOf, explainCode } from '../../net/explain-code.ts';
import {
  adoptUdpSocket,
  type DgramSocket,
  localAddressToward,
  type OpenSocket,
  openUdpSocket,
  type UdpSocket,
} from '../../net/udp-socket.ts';
import type { WireTicket } from '../../rendezvous/protocol/fields.ts';
import { createTicketBinding, type TicketBindingResult } from '../../rendezvous/ticket-binding.ts';

/**
 * Returns the socket to punch from: the given one, or a new one on `local` or on the interface that leads to the server;
 * a sentence that says why when the system refuses.
 * @throws UsageError when the given socket is not bound.
 */
export async function openPunchSocket({
  server,
  local,
  socket,
  openSocket = openUdpSocket,
}: {
  readonly server: Endpoint;
  readonly local?: string | undefined;
  readonly socket?: DgramSocket | undefined;
  readonly openSocket?: OpenSocket | undefined;
}): Promise<UdpSocket | string> {
  try {
    if (socket) return await adoptUdpSocket(socket, server);
    return await openSocket({ address: local ?? (await localAddressToward(server)), port: 0 });
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return notSent(codeOf(error as NodeJS.ErrnoException), server);
  }
}

/**
 * Binds the socket at the server, which ties it to the session of the ticket; it also keeps the NAT's mapping alive.
 * @throws the signal's reason when aborted.
 */
export async function bindTicket(
  socket: UdpSocket,
  {
    server,
    ticket,
    signal,
  }: {
    readonly server: Endpoint;
    readonly ticket: Pick<WireTicket, 'username' | 'password'>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<TicketBindingResult> {
  const session = createTicketBinding({ ticket, server, randomBytes });
  const result = await startDriver({ session, sockets: { punch: socket }, signal }).result;
  return result.outcome === 'not-sent' ? { ...result, detail: notSent(result.detail, server) } : result;
}

function notSent(code: string, { address: host, port }: Endpoint): string {
  return explainCode(code, { way: 'udp', host, port });
}
