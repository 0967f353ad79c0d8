/** Binds a socket to the session of a ticket: the punching socket, or the relay's where UDP to the server is blocked. */
import { type Endpoint, familyOf, sameEndpoint } from '../../endpoint.ts';
import { refusalOf } from '../../net/lookup/named-address.ts';
import type { SharedSocket } from '../../net/shared-socket.ts';
import { pause } from '../../net/waits.ts';
import type { BindResult, ServerPlace } from '../../rendezvous/introduction/output.ts';
import { settled } from './seek-relay.ts';
import { bindTicket } from './socket.ts';
import type { State } from './state.ts';

/** If the server has not answered the socket by then, the relay is tried as well. */
const UDP_PATIENCE_MS = 1_000;

export interface BindBy {
  readonly ticket: { readonly username: string; readonly password: string };
  /** The server's other UDP port, at which it takes tickets through its own relay. */
  readonly altPort: number;
  /** Where the server of the room takes tickets, as it says itself; left out, where the named one does. */
  readonly place?: ServerPlace;
  /** Whether the server is another one than at first, so that the named one may be gone. */
  readonly hasMoved?: boolean;
  readonly signal: AbortSignal;
}

/** @throws the signal's reason when aborted. */
export async function bind(state: State, by: BindBy): Promise<BindResult> {
  const { direct, isDirect } = state;
  if (!direct || isDirect === false) return viaRelay(state, by);
  // A server that has answered before may be gone, while the room is at another one.
  if (isDirect === null || placeOf(serverOf(state, by), by)) return race(state, direct, by);
  return bindOn(state, { shared: direct, server: serverOf(state, by), by });
}

/** Shows the ticket to the server; where there is none, STUN servers tell what they see. */
async function bindOn(
  { options: { stun } }: State,
  { shared, server, by }: { readonly shared: SharedSocket; readonly server: Endpoint; readonly by: BindBy },
): Promise<BindResult> {
  const { ticket, signal } = by;
  if (stun) return stun.see(shared, { signal });
  await using socket = shared.share((_bytes, from) => sameEndpoint(from, server));
  return await bindTicket(socket, { server, ticket, signal });
}

/**
 * The server that takes the ticket: the one that is named, by the way that it was found, as long as the room is at it; or
 * else whichever of many the room is at.
 */
function serverOf({ server, isNamedSilent }: State, by: BindBy): Endpoint {
  return (by.hasMoved || isNamedSilent ? placeOf(server, by) : null) ?? server;
}

/**
 * Where the server of the room says that it takes tickets, in the family of the named one; null where that is the same, or
 * where this host does not send on the word of a server.
 */
function placeOf(server: Endpoint, { place }: BindBy): Endpoint | null {
  const address = place?.addresses?.find((one) => familyOf(one) === familyOf(server.address));
  if (!place || address === undefined) return null;
  const found = { address, port: place.port };
  const isRefused = refusalOf([address], { host: address, namedBy: server.address }) !== null;
  return isRefused || sameEndpoint(found, server) ? null : found;
}

async function viaRelay(state: State, by: BindBy): Promise<BindResult> {
  await settled(state);
  const { relay, details } = state;
  if (!relay) return { outcome: 'no-relay', details };
  return bindOn(state, { shared: relay.shared, server: { ...serverOf(state, by), port: by.altPort }, by });
}

/**
 * Binds the socket itself, and where the named server stays silent also at the server of the room, which may be another one
 * of many, and by the relay; returns the first that is bound.
 */
async function race(state: State, direct: SharedSocket, by: BindBy): Promise<BindResult> {
  const over = new AbortController();
  const either = { ...by, signal: AbortSignal.any([by.signal, over.signal]) };
  const bound = (one: BindResult, won: Partial<Pick<State, 'isDirect' | 'isNamedSilent'>>): BindResult => {
    if (one.outcome !== 'bound') throw one;
    Object.assign(state, won);
    return one;
  };
  const named = serverOf(state, by);
  const place = placeOf(named, by);
  const at = (server: Endpoint): Promise<BindResult> => bindOn(state, { shared: direct, server, by: either });
  const itself = at(named).then((one) => bound(one, { isDirect: true }));
  const patience = pause(UDP_PATIENCE_MS, either.signal);
  const relayed =
    state.isDirect === true
      ? itself
      : patience.then(() => viaRelay(state, either)).then((one) => bound(one, { isDirect: false }));
  const elsewhere = patience
    .then(() => (place ? at(place) : itself))
    .then((one) => bound(one, { isDirect: true, ...(place && { isNamedSilent: true }) }));
  for (const one of [relayed, elsewhere]) one.catch(() => {});
  try {
    return await Promise.any([itself, relayed, elsewhere]);
  } catch {
    by.signal.throwIfAborted();
    return await itself.catch((failure: BindResult) => failure);
  } finally {
    over.abort();
  }
}
