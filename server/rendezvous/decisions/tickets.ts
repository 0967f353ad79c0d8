/** Tickets: the short-term credentials (RFC 8489 §9.1) that tie a UDP socket to a session. */
import { createHash } from 'node:crypto';
import type { TurnServer, WireTicket } from '../../../src/rendezvous/protocol/fields.ts';
import { secretOf } from '../../secret.ts';
import type { PeerSession, State, Ticket } from './state.ts';

/** 128 bits to name it, 256 to prove it: the strength of the HMAC. */
const USERNAME_BYTES = 16;
const PASSWORD_BYTES = 32;
/** 72 bits, as for a random name. */
const TURN_USER_BYTES = 9;

/** Gives the session a ticket in place of any that it has. */
export function issueTicket(now: number, state: State, session: PeerSession): WireTicket {
  revokeTicket(state, session);
  const username = secretOf(state.randomBytes(USERNAME_BYTES));
  const password = secretOf(state.randomBytes(PASSWORD_BYTES));
  const { ticketMs } = state.limits;
  const ticket: Ticket = { username, password, expiresAt: now + ticketMs, session };
  session.ticket = ticket;
  state.tickets.set(username, ticket);
  return { username, password, expiresInMs: ticketMs };
}

export function revokeTicket(state: State, session: PeerSession): void {
  if (session.ticket) state.tickets.delete(session.ticket.username);
  session.ticket = null;
}

/** The ticket of that name; null unless it is good now. */
export function validTicket(now: number, state: State, username: string): Ticket | null {
  const ticket = state.tickets.get(username);
  return ticket !== undefined && now < ticket.expiresAt ? ticket : null;
}

/** The TURN username of a session: a digest of its resume key, which nobody else knows and the name does not reveal. */
export function turnUserOf(resumeKey: string): string {
  return secretOf(createHash('sha256').update(`turn user ${resumeKey}`).digest().subarray(0, TURN_USER_BYTES));
}

/** The part of a message that offers the TURN servers; empty where there are none. */
export function turnOf({ turnFor }: State, { turnUser }: PeerSession): { readonly turn?: TurnServer[] } {
  const turn = turnFor(turnUser);
  return turn.length === 0 ? {} : { turn: [...turn] };
}
