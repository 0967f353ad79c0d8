/**
 * The username of a ticket, which says all there is to know of the ticket: 18 bytes as 24 characters of base64url. Its
 * password is derived from it (tickets.ts), so that a name that was changed, or made up, has a password that nobody was
 * given.
 *
 *   byte 0    the version (4 bits), and what it is good for (4 bits)
 *        1-4  the node that has issued it
 *        5-8  when it expires, in seconds of the Unix clock
 *        9-17 random, so that no two are the same
 */
import type { Family } from '../../../src/endpoint.ts';

const BYTES = 18;
export const TICKET_RANDOM_BYTES = 9;
const RANDOM_AT = BYTES - TICKET_RANDOM_BYTES;
const VERSION = 1;
const SECOND_SOCKET = 1;
const IPV6_ALONE = 2;

/** A session has a first socket, of any family, and may have a second one over IPv6. */
export type SocketName = 'first' | 'second';

export interface TicketFacts {
  /** Which node has issued it: 32 bits. */
  readonly node: number;
  /** Which of the session's sockets it binds. */
  readonly socket: SocketName;
  /** The only family over which it is taken; null for either. */
  readonly family: Extract<Family, 'IPv6'> | null;
  readonly expiresAtS: number;
}

/** Writes the name. @param random TICKET_RANDOM_BYTES of them. */
export function ticketName({ node, socket, family, expiresAtS }: TicketFacts, random: Uint8Array): string {
  const bytes = Buffer.alloc(BYTES);
  bytes[0] = (VERSION << 4) | (socket === 'second' ? SECOND_SOCKET : 0) | (family === null ? 0 : IPV6_ALONE);
  bytes.writeUInt32BE(node, 1);
  bytes.writeUInt32BE(expiresAtS, 5);
  bytes.set(random, RANDOM_AT);
  return bytes.toString('base64url');
}

/** Reads a name; null when it is none. Only the password shows whether it was given to anybody. */
export function readTicketName(name: string): TicketFacts | null {
  if (!/^[\w-]{24}$/.test(name)) return null;
  const bytes = Buffer.from(name, 'base64url');
  const flags = bytes.readUInt8(0);
  if (flags >> 4 !== VERSION) return null;
  return {
    node: bytes.readUInt32BE(1),
    socket: flags & SECOND_SOCKET ? 'second' : 'first',
    family: flags & IPV6_ALONE ? 'IPv6' : null,
    expiresAtS: bytes.readUInt32BE(5),
  };
}
