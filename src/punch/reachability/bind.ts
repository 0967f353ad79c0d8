/** Binds a socket to the session of a ticket: the punching socket, or the relay's where UDP to the server is blocked. */
import { type Endpoint, familyOf, sameEndpoint } from '../../endpoint.ts';
import type { SharedSocket } from '../../net/shared-socket.ts';
import { pause } from '../../net/waits.ts';
import type { BindResult, MovedTo } from '../../rendezvous/introduction/output.ts';
import { settled } from './seek-relay.ts';
import { bindTicket } from './socket.ts';
import type { State } from './state.ts';

/** If the server has not answered the socket by then, the relay is tried as well. */
const UDP_PATIENCE_MS = 1_000;

export interface BindBy {
  readonly ticket: { readonly username: string; readonly password: string };
  /** The server's other UDP port, at which it takes tickets through its own relay. */
  readonly altPort: number;
  /** Where the server is by now, if it is another one than at first. */
  readonly movedTo?: MovedTo | null;
  readonly signal: AbortSignal;
}

/** @throws the signal's reason when aborted. */
export async function bind(state: State, by: BindBy): Promise<BindResult> {
  const { direct, isDirect, options } = state;
  if (!direct || isDirect === false) return viaRelay(state, by);
  if (isDirect === null) return race(state, direct, by);
  return bindOn(state, { shared: direct, server: serverOf(options.server, by), by });
}

/** The server that takes the ticket: the first one, or whichever has its place, at its address of the same family. */
function serverOf(first: Endpoint, { movedTo }: BindBy): Endpoint {
  const address = movedTo?.addresses?.find((one) => familyOf(one) === familyOf(first.address));
  return movedTo && address !== undefined ? { address, port: movedTo.port } : first;
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

async function viaRelay(state: State, by: BindBy): Promise<BindResult> {
  await settled(state);
  const { relay, details, options } = state;
  if (!relay) return { outcome: 'no-relay', details };
  return bindOn(state, { shared: relay.shared, server: { ...serverOf(options.server, by), port: by.altPort }, by });
}

/** Binds the socket itself, and also tries the relay when the server stays silent; returns the first that is bound. */
async function race(state: State, direct: SharedSocket, by: BindBy): Promise<BindResult> {
  const over = new AbortController();
  const either = { ...by, signal: AbortSignal.any([by.signal, over.signal]) };
  const bound = (one: BindResult, isDirect: boolean): BindResult => {
    if (one.outcome !== 'bound') throw one;
    state.isDirect = isDirect;
    return one;
  };
  const itself = bindOn(state, { shared: direct, server: serverOf(state.options.server, by), by: either }).then((one) =>
    bound(one, true),
  );
  const relayed = pause(UDP_PATIENCE_MS, either.signal)
    .then(() => viaRelay(state, either))
    .then((one) => bound(one, false));
  relayed.catch(() => {});
  try {
    return await Promise.any([itself, relayed]);
  } catch {
    by.signal.throwIfAborted();
    return await itself.catch((failure: BindResult) => failure);
  } finally {
    over.abort();
  }
}
