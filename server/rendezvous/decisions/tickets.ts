/** Tickets: the short-term credentials (RFC 8489 §9.1) that tie a UDP socket to a session. */
import { createHash } from 'node:crypto';
import { type Family, familyOf } from '../../../src/endpoint.ts';
import type { TurnServer, WireTicket } from '../../../src/rendezvous/protocol/fields.ts';
import { secretOf } from '../../secret.ts';
import type { PeerSession, State, Ticket } from './state.ts';

/** 128 bits to name it, 256 to prove it: the strength of the HMAC. */
const USERNAME_BYTES = 16;
const PASSWORD_BYTES = 32;
/** 72 bits, as for a random name. */
const TURN_USER_BYTES = 9;

/** Gives the session tickets in place of any that it has: the second one only where the server has both families. */
export function issueTickets(
  now: number,
  state: State,
  session: PeerSession,
): { readonly ticket: WireTicket; readonly ticket6?: WireTicket } {
  revokeTickets(state, session);
  const families = new Set(state.stun.addresses?.map(familyOf));
  const ticket = issue(now, state, { session, socket: 'first', family: null });
  return families.size < 2
    ? { ticket }
    : { ticket, ticket6: issue(now, state, { session, socket: 'second', family: 'IPv6' }) };
}

function issue(now: number, state: State, holder: Pick<Ticket, 'session' | 'socket' | 'family'>): WireTicket {
  const username = secretOf(state.randomBytes(USERNAME_BYTES));
  const password = secretOf(state.randomBytes(PASSWORD_BYTES));
  const { ticketMs } = state.limits;
  const ticket: Ticket = { username, password, expiresAt: now + ticketMs, ...holder };
  holder.session.tickets.set(holder.socket, ticket);
  state.tickets.set(username, ticket);
  return { username, password, expiresInMs: ticketMs };
}

export function revokeTickets({ tickets }: State, session: PeerSession): void {
  for (const { username } of session.tickets.values()) tickets.delete(username);
  session.tickets.clear();
}

/** The ticket of that name; null unless it is good now, over that family. */
export function validTicket(
  now: number,
  state: State,
  { username, family }: { readonly username: string; readonly family: Family },
): Ticket | null {
  const ticket = state.tickets.get(username);
  if (ticket === undefined || now >= ticket.expiresAt) return null;
  return ticket.family === null || ticket.family === family ? ticket : null;
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
