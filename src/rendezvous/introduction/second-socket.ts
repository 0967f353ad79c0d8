/**
 * The rules of the second socket: beside a first one over IPv4, one over IPv6 is shown to the server by a ticket of its own.
 * Nothing waits for it longer than a moment, and its failure is no failure of the room.
 */
import { type Endpoint, familyOf, sameEndpoint } from '../../endpoint.ts';
import type { ToldBehavior, WireTicket } from '../protocol/fields.ts';
import type { ServerMessageOf } from '../protocol/server-message.ts';
import { ticketOf } from './held-ticket.ts';
import type { BindResult } from './output.ts';
import { type SecondSocket, type State, type Told, waiting } from './state.ts';

/** How long peers are not asked for because the second socket may be shown yet: as RFC 8305 §3 waits for the other family. */
const PATIENCE_MS = 50;

/** Returns the second socket that a server offers who has just let this side in; null where it offers none. */
export function secondSocketOf(
  now: number,
  { gapMs }: Pick<State<Told>, 'gapMs'>,
  { joined, address: namedBy }: { readonly joined: ServerMessageOf<'joined'>; readonly address: string },
): SecondSocket | null {
  const { ticket6, stun } = joined;
  const address = stun.addresses?.find((one) => familyOf(one) === 'IPv6');
  if (!ticket6 || address === undefined) return null;
  const ticket = ticketOf(now, ticket6, gapMs);
  const server = { address, port: stun.port };
  return {
    ticket,
    server,
    namedBy,
    bindAt: now,
    boundAt: Number.NEGATIVE_INFINITY,
    binding: null,
    isSettled: false,
    own: null,
  };
}

export function renewSecond<T extends Told>(now: number, state: State<T>, ticket: WireTicket | undefined): void {
  const { second, gapMs } = state;
  state.second = null;
  if (!second || !ticket) return;
  // However often tickets come, the socket is bound no more often than the first one.
  const bindAt = Math.max(now, second.boundAt + gapMs);
  state.second = { ...second, ticket: ticketOf(now, ticket, gapMs), bindAt, binding: null };
}

export function bindSecondIfDue<T extends Told>(now: number, state: State<T>): void {
  const { phase, second, refreshMs } = state;
  if (phase.kind !== 'joined' || !second || second.binding !== null || now < second.bindAt) return;
  second.bindAt = now + refreshMs;
  const { ticket, server, namedBy } = second;
  // The first socket asks for other tickets; they come for both.
  if (now > ticket.renewAt) return;
  const binding = ++state.bindings;
  Object.assign(second, { binding, boundAt: now });
  const { username, password } = ticket;
  state.outputs.push({ kind: 'bind-second', binding, ticket: { username, password }, server, namedBy });
}

export function secondBound<T extends Told>(
  state: State<T>,
  { binding, result }: { readonly binding: number; readonly result: BindResult },
): void {
  const { second } = state;
  if (!second || binding !== second.binding) return;
  second.binding = null;
  second.isSettled = true;
  // Its ticket is void, which tells nothing of the socket; other tickets are on their way.
  if (result.outcome === 'refused') return;
  const own = result.outcome === 'bound' ? result.public : null;
  if (isSame(own, second.own)) return;
  second.own = own;
  for (const peer of waiting(state)) peer.phase = 'wanted';
  state.outputs.push({ kind: 'second', endpoint: own });
}

/** Returns until when peers are not asked for on its account, where the first socket was shown at `boundAt`. */
export function secondAwaitedUntil({ second, shownAt }: Pick<State<Told>, 'second' | 'shownAt'>): number {
  return second && !second.isSettled ? shownAt + PATIENCE_MS : Number.NEGATIVE_INFINITY;
}

/** Returns what is known of the network of a socket without a detection: whether anything translates before it. */
export function behaviorSeen(seen: Endpoint, local: Endpoint | null): ToldBehavior {
  const mapping = local && sameEndpoint(seen, local) ? 'none' : 'undetermined';
  return { mapping, filtering: 'undetermined' };
}

function isSame(a: Endpoint | null, b: Endpoint | null): boolean {
  return a === b || (a !== null && b !== null && sameEndpoint(a, b));
}
