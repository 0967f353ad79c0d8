/**
 * The STUN servers that see this side's sockets where the two sides meet without a server of their own. The one that has answered
 * last is asked first from then on, since behind a destination-dependent mapping each server sees another endpoint.
 */
import { randomBytes } from 'node:crypto';
import { type Endpoint, familyOf, sameEndpoint } from '../../endpoint.ts';
import { startDriver } from '../../net/driver.ts';
import type { SharedSocket } from '../../net/shared-socket.ts';
import { createStunSighting, type StunSightingSession } from '../../rendezvous/stun-sighting.ts';
import type { TicketBindingResult } from '../../rendezvous/ticket-binding.ts';

/** The session's name for its one socket. */
const SOCKET = 'seen';

export interface StunServers {
  /** Returns the server that has answered last; before any has, the first that is known. */
  readonly best: () => Endpoint;
  /** Returns the first server over IPv6; null where none is known. */
  readonly ipv6: () => Endpoint | null;
  /** Adds a server whose address has become known. */
  readonly add: (server: Endpoint) => void;
  /**
   * Asks for what they see of the socket; only that one is asked that is named, where one is.
   * @throws the signal's reason when aborted.
   */
  readonly see: (
    shared: SharedSocket,
    by: { readonly only?: Endpoint; readonly signal: AbortSignal },
  ) => Promise<TicketBindingResult>;
}

interface State {
  /** The one that has answered last is the first. */
  servers: Endpoint[];
  isProven: boolean;
  /** The questions that are under way. */
  readonly asking: Set<(server: Endpoint) => void>;
}

export function createStunServers(first: Endpoint): StunServers {
  const state: State = { servers: [first], isProven: false, asking: new Set() };
  return {
    best: () => state.servers[0] ?? first,
    ipv6: () => state.servers.find(({ address }) => familyOf(address) === 'IPv6') ?? null,
    add: (server) => {
      if (state.servers.some((one) => sameEndpoint(one, server))) return;
      state.servers.push(server);
      for (const ask of state.asking) ask(server);
    },
    see: (shared, by) => see(state, shared, by),
  };
}

async function see(
  state: State,
  shared: SharedSocket,
  { only, signal }: { readonly only?: Endpoint; readonly signal: AbortSignal },
): Promise<TicketBindingResult> {
  const family = familyOf(shared.local.address);
  const isOwn = ({ address }: Endpoint): boolean => familyOf(address) === family;
  const servers = only ? [only] : state.servers.filter(isOwn);
  await using socket = shared.share((_bytes, from) =>
    [...state.servers, ...servers].some((one) => sameEndpoint(one, from)),
  );
  const session: StunSightingSession = createStunSighting({
    servers,
    isFirstProven: state.isProven && !only,
    socket: SOCKET,
    randomBytes,
  });
  const driver = startDriver({ session, sockets: { [SOCKET]: socket }, signal });
  const add = (server: Endpoint): void => {
    if (!only && isOwn(server)) driver.wake(() => session.addServer(server));
  };
  state.asking.add(add);
  try {
    const result = await driver.result;
    if (result.outcome === 'bound' && !only) prove(state, result.server);
    return result;
  } finally {
    state.asking.delete(add);
  }
}

function prove(state: State, server: Endpoint): void {
  state.isProven = true;
  state.servers = [server, ...state.servers.filter((one) => !sameEndpoint(one, server))];
}
