/**
 * Tickets (docs/rendezvous.md) that nobody has to keep: whoever has the secret, in whatever process, makes them and takes
 * them. Only the node that has issued one knows whose it is, and whether a newer one has taken its place.
 */
import { createHmac } from 'node:crypto';
import type { Family } from '../../../src/endpoint.ts';
import { readTicketName, TICKET_RANDOM_BYTES, type TicketFacts, ticketName } from './ticket-name.ts';

export interface Ticket {
  readonly username: string;
  /** 256 bits: the strength of the HMAC that it is the key of. */
  readonly password: string;
  /** In ms of the same clock as `now`: at least as long as asked for, and less than a second longer. */
  readonly expiresAt: number;
}

export interface TicketAsked extends Pick<TicketFacts, 'socket' | 'family'> {
  readonly lifeMs: number;
}

export interface TicketOptions {
  /** 32 random bytes: whoever has them makes tickets for any session. */
  readonly secret: Uint8Array;
  /** The Unix time at `now`, which all who share the secret agree on within a few seconds. */
  readonly unixMs: (now: number) => number;
}

/** Returns what issues tickets in the name of a node; `now` is in ms of any one monotonic clock. */
export function createTicketIssuer(
  options: TicketOptions & { readonly node: number; readonly randomBytes: (length: number) => Uint8Array },
): (now: number, asked: TicketAsked) => Ticket {
  const { secret, node, unixMs, randomBytes } = options;
  return (now, { socket, family, lifeMs }) => {
    const unix = unixMs(now);
    const expiresAtS = Math.ceil((unix + lifeMs) / 1000);
    const username = ticketName({ node, socket, family, expiresAtS }, randomBytes(TICKET_RANDOM_BYTES));
    return { username, password: passwordOf(secret, username), expiresAt: now + expiresAtS * 1000 - unix };
  };
}

/** Returns what gives the password of a ticket's name; null unless one of that name is good now, over that family. */
export function createTicketReader({
  secret,
  unixMs,
}: TicketOptions): (now: number, asker: { readonly username: string; readonly family: Family }) => string | null {
  return (now, { username, family }) => {
    const facts = readTicketName(username);
    if (facts === null || unixMs(now) >= facts.expiresAtS * 1000) return null;
    return facts.family === null || facts.family === family ? passwordOf(secret, username) : null;
  };
}

function passwordOf(secret: Uint8Array, username: string): string {
  return createHmac('sha256', secret).update(`ticket password ${username}`).digest('base64url');
}
