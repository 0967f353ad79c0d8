/** Clients by the dozen, so that every worker of a server hears from some of them. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'vitest';
import type { NatcheckServer } from '../../../server/index.ts';
import { ticketIssuerFor } from '../../../server/services/start.ts';
import { type Endpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { now, startDriver, wallClock } from '../../../src/net/driver.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { createTicketBinding } from '../../../src/rendezvous/ticket-binding.ts';
import { decode } from '../../../src/stun/decode.ts';
import { attribute, type StunMessage } from '../../../src/stun/message.ts';
import { request } from '../stun/requests.ts';

const HOST = '127.0.0.1';

/** Sends a request, and gives its answer, and where that came from. */
export async function answerTo(socket: Socket, bytes: Uint8Array, to: Endpoint) {
  socket.send(bytes, to.port, to.address);
  for (;;) {
    const [reply, from] = (await once(socket, 'message')) as [Buffer, Endpoint];
    const decoded = decode(reply);
    if (!decoded.ok) throw new Error(decoded.error.code);
    // What was asked for before may be answered still.
    const { transactionId } = decoded.message;
    if (Buffer.from(bytes).includes(transactionId)) {
      return { message: decoded.message, from: { address: from.address, port: from.port } };
    }
  }
}

export async function withSockets<Result>(count: number, use: (sockets: readonly Socket[]) => Promise<Result>) {
  const sockets = Array.from({ length: count }, () => createSocket('udp4').bind(0, HOST));
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  try {
    return await use(sockets);
  } finally {
    for (const socket of sockets) socket.close();
  }
}

export const primaryOf = ({ layouts: [layout] }: NatcheckServer): Endpoint => {
  if (!layout) throw new Error('no layout');
  return { address: layout.addresses[0], port: layout.port };
};

/** Has each of them ask until it gets an answer that is right; resolves when all have got one. */
export async function untilAllHear(
  sockets: readonly Socket[],
  {
    bytes = request(),
    to,
    isRight,
  }: {
    readonly bytes?: Uint8Array;
    readonly to: Endpoint;
    readonly isRight: (message: StunMessage, from: Endpoint) => boolean;
  },
): Promise<void> {
  const left = new Set(sockets);
  for (const socket of sockets) {
    socket.on('message', (reply, from) => {
      const decoded = decode(reply);
      if (decoded.ok && isRight(decoded.message, from)) left.delete(socket);
    });
  }
  try {
    await expect
      .poll(() => {
        for (const socket of left) socket.send(bytes, to.port, to.address);
        return left.size;
      })
      .toBe(0);
  } finally {
    for (const socket of sockets) socket.removeAllListeners('message');
  }
}

/** Resolves when all of them were told of that OTHER-ADDRESS, or none of any. */
export function untilAllAreTold(
  sockets: readonly Socket[],
  { to, other }: { readonly to: Endpoint; readonly other: Endpoint | undefined },
): Promise<void> {
  return untilAllHear(sockets, {
    to,
    isRight: (message) => {
      const told = attribute(message, 'OTHER-ADDRESS');
      return told && other ? sameEndpoint(told, other) : told === other;
    },
  });
}

/** Makes a ticket of that secret and shows it there, from a socket of its own; `bound` is what the server then knows. */
export async function showTicket(secret: Uint8Array, to: Endpoint) {
  const issue = ticketIssuerFor({ secret, node: 1, unixMs: wallClock });
  return await bindTicket(issue(now(), { socket: 'first', family: null, lifeMs: 60_000 }), to);
}

/** Shows a ticket there, from a socket of its own. */
export async function bindTicket(ticket: { readonly username: string; readonly password: string }, server: Endpoint) {
  await using socket = await openUdpSocket({ address: HOST, port: 0 });
  const session = createTicketBinding({ ticket, server, randomBytes });
  const { outcome } = await startDriver({ session, sockets: { punch: socket } }).result;
  return { outcome, bound: { ticket: ticket.username, endpoint: socket.local } };
}
