/** Tickets: the short-term credentials (RFC 8489 §9.1) that tie a UDP socket to a session. */
import { createHash } from 'node:crypto';
import { type Endpoint, familyOf } from '../../../src/endpoint.ts';
import type { WireTicket } from '../../../src/rendezvous/protocol/fields.ts';
import { secretOf } from '../../secret.ts';
import type { TicketAsked } from '../../stun/ticket/tickets.ts';
import type { IssuedTicket, PeerSession, State } from './state.ts';

/** 72 bits, as for a random name. */
const TURN_USER_BYTES = 9;

/** Gives the session tickets in place of any that it has: the second one only where the server has both families. */
export function issueTickets(
  now: number,
  state: State,
  session: PeerSession,
): { readonly ticket: WireTicket; readonly ticket6?: WireTicket } {
  revokeTickets(state, session);
  const families = new Set((session.connection?.stun ?? state.stun).addresses?.map(familyOf));
  const ticket = issue(now, state, { session, socket: 'first', family: null });
  return families.size < 2
    ? { ticket }
    : { ticket, ticket6: issue(now, state, { session, socket: 'second', family: 'IPv6' }) };
}

function issue(
  now: number,
  state: State,
  { session, ...asked }: Omit<TicketAsked, 'lifeMs'> & { readonly session: PeerSession },
): WireTicket {
  const { ticketMs } = state.limits;
  const { username, password, expiresAt } = state.issueTicket(now, { ...asked, lifeMs: ticketMs });
  const ticket: IssuedTicket = { username, expiresAt, session, ...asked };
  session.tickets.set(asked.socket, ticket);
  state.tickets.set(username, ticket);
  return { username, password, expiresInMs: ticketMs };
}

export function revokeTickets({ tickets }: State, session: PeerSession): void {
  for (const { username } of session.tickets.values()) tickets.delete(username);
  session.tickets.clear();
}

/** Takes the ticket that has been shown from there: null unless it is a session's now, and is taken over that family. */
export function takeShown(
  now: number,
  state: State,
  { username, from }: { readonly username: string; readonly from: Endpoint },
): IssuedTicket | null {
  const family = familyOf(from.address);
  const ticket = state.tickets.get(username);
  if (ticket === undefined || now >= ticket.expiresAt) return null;
  if (ticket.family !== null && ticket.family !== family) return null;
  ticket.family = family;
  return ticket;
}

/** The TURN username of a session: a digest of its resume key, which nobody else knows and the name does not reveal. */
export function turnUserOf(resumeKey: string): string {
  return secretOf(createHash('sha256').update(`turn user ${resumeKey}`).digest().subarray(0, TURN_USER_BYTES));
}
