/** A ticket as this side holds it. */
import type { WireTicket } from '../protocol/fields.ts';
import type { HeldTicket } from './state.ts';

/** Returns a ticket that is replaced halfway through its life, which leaves time for several attempts; however short it lives, it is used once. */
export function ticketOf(now: number, { username, password, expiresInMs }: WireTicket, gapMs: number): HeldTicket {
  return { username, password, renewAt: now + Math.max(gapMs, expiresInMs / 2) };
}
