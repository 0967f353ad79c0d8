/**
 * Where this side can be reached: at its own socket, as the server sees it or its router maps it, and at a relay. In the
 * mode `relay-only` the relay's socket is the only one, and nothing that is told here says where this host is.
 */
import { randomBytes } from 'node:crypto';
import { type Endpoint, familyOf } from '../../endpoint.ts';
import { createBackOff } from '../../net/back-off.ts';
import { createOwner } from '../../net/owner.ts';
import { type SharedSocket, shareSocket } from '../../net/shared-socket.ts';
import type { RelaySocket } from '../../net/turn/relay-socket.ts';
import type { UdpSocket } from '../../net/udp-socket.ts';
import type { BindResult } from '../../rendezvous/introduction/output.ts';
import type { Arrival } from '../../session.ts';
import {
  type CandidateAgent,
  candidateAgent,
  PUNCH_SOCKET,
  RELAY_SOCKET,
  SECOND_SOCKET,
} from '../attempt/candidates/candidate-agent.ts';
import { type BindBy, bind } from './bind.ts';
import { relayOf } from './candidates.ts';
import { tellMapped, tellOther } from './late.ts';
import { type OtherSocket, watchOther } from './other-sockets.ts';
import { type BindSecondBy, bindSecond } from './second-socket.ts';
import {
  doubtRelay,
  endRelay,
  proveRelay,
  relayed,
  SEARCH_GAPS_MS,
  SEARCH_SETTLED_MS,
  seekRelay,
} from './seek-relay.ts';
import type { LateCandidates, ReachabilityOptions, State } from './state.ts';
import type { TurnServerChoice } from './turn-choice.ts';

export interface Reachability extends AsyncDisposable {
  /**
   * To be called with each join, with the addresses of the server that has let this side in: where servers share a name, this one
   * sees the sockets from now on.
   */
  readonly follow: (addresses: readonly string[]) => void;
  /** The server that sees the sockets now. */
  readonly server: () => Endpoint;
  /**
   * To be called with each join: begins to look for a relay at these servers, and asks after the one that there is. How often
   * that is done is limited.
   */
  readonly seekRelay: (servers: readonly TurnServerChoice[]) => void;
  /** Resolves when there is a relay, when there will be none, or when that takes too long; a lost one is replaced first. */
  readonly relayed: (patienceMs: number) => Promise<RelaySocket | null>;
  /** Makes sure that the relay is still there, since nothing has been heard: one that stays silent for a second or so is replaced. */
  readonly doubt: () => void;
  /** Binds a socket to the session of the ticket. @throws the signal's reason when aborted. */
  readonly bind: (by: BindBy) => Promise<BindResult>;
  /** Binds a socket over IPv6, which is opened for it, to the session of the ticket. @throws the signal's reason when aborted. */
  readonly bindSecond: (by: BindSecondBy) => Promise<BindResult>;
  /** Sets the one receiver, which is called when there is something else to tell of than before. */
  readonly onChanged: (receive: () => void) => void;
  /** Registers a callback for the loss of the relay, until the registration is disposed of. */
  readonly onRelayLost: (receive: () => void) => Disposable;
  /** Registers a callback for candidates that come later than a peer was told of this side, until it is disposed of. */
  readonly onLate: (receive: (late: LateCandidates) => void) => Disposable;
  /** Whether the server is reached over this side's socket: only then can a direct path be hoped for. */
  readonly isDirect: () => boolean;
  /** Returns what can be told now that the server has seen this side at `own`, and its second socket at `own6`. */
  readonly agentOf: (own: Endpoint, own6: Endpoint | null) => CandidateAgent;
  /** Where the second socket is bound; null while there is none. */
  readonly secondLocal: () => Endpoint | null;
  /** Returns the sockets for one attempt, which get the datagrams that it `owns`; the attempt has to dispose of them. */
  readonly share: (owns: (arrival: Arrival) => boolean) => Readonly<Record<string, UdpSocket>>;
}

/** The socket, its mapped port and pinholes still belong to the caller; the relay belongs to the reachability. */
export function createReachability(options: ReachabilityOptions): Reachability {
  const { socket, others = [] } = options;
  const state: State = {
    options,
    direct: socket && shareSocket(socket),
    server: options.server,
    ...{ second: null, others, ended: new AbortController() },
    ...{ isNamedSilent: false, servers: [], relay: null, isLost: false, isDoubted: false, seeking: null, details: [] },
    search: new AbortController(),
    nextSearchMs: createBackOff(SEARCH_GAPS_MS, SEARCH_SETTLED_MS).next,
    releases: new Set(),
    relayUsers: new Set(),
    onChanged: () => {},
    lateUsers: new Set(),
    own: null,
    isDirect: socket ? null : false,
  };
  options.mappedPort?.onFound(() => tellMapped(state));
  const watches = others.map((other) => watch(state, other));
  return {
    follow: (addresses) => follow(state, addresses),
    server: () => state.server,
    seekRelay: (servers) => seekRelay(state, servers),
    relayed: (patienceMs) => relayed(state, patienceMs),
    doubt: () => doubtRelay(state),
    bind: (by) => {
      proveRelay(state);
      return bind(state, by);
    },
    bindSecond: (by) => bindSecond(state, by),
    onChanged: (receive) => {
      state.onChanged = receive;
    },
    onRelayLost: (receive) => {
      state.relayUsers.add(receive);
      return { [Symbol.dispose]: () => void state.relayUsers.delete(receive) };
    },
    onLate: (receive) => {
      state.lateUsers.add(receive);
      return { [Symbol.dispose]: () => void state.lateUsers.delete(receive) };
    },
    isDirect: () => state.isDirect === true,
    agentOf: (own, own6) => {
      state.own = own;
      return agentOf(state, { own, own6 });
    },
    secondLocal: () => state.second?.shared.local ?? null,
    share: (owns) => share(state, owns),
    [Symbol.asyncDispose]: () => end(state, watches),
  };
}

function follow(state: State, addresses: readonly string[]): void {
  const { servers = [] } = state.options;
  const family = familyOf(state.server.address);
  const joined = servers.find(({ address }) => addresses.includes(address) && familyOf(address) === family);
  if (joined) state.server = joined;
}

/** Follows what the server sees of a socket. An error stays, for whoever disposes of the reachability. */
function watch(state: State, other: OtherSocket): Promise<void> {
  const { signal } = state.ended;
  const watched = watchOther(other, { server: () => state.server, signal, onSeen: () => tellOther(state, other) });
  const settled = watched.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  settled.catch(() => {});
  return settled;
}

async function end(state: State, watches: readonly Promise<void>[]): Promise<void> {
  await using owner = createOwner();
  state.ended.abort();
  if (state.second) owner.use(state.second.socket);
  for (const { socket } of state.others) owner.use(socket);
  owner.defer(() => Promise.all(watches));
  owner.defer(() => endRelay(state));
}

function agentOf(
  { options, server, second, others, relay, isDirect }: State,
  { own, own6 }: { readonly own: Endpoint; readonly own6: Endpoint | null },
): CandidateAgent {
  const { socket, mode, mappedPort = null } = options;
  return candidateAgent({
    direct: socket && isDirect ? { local: socket.local, seen: own, server: server.address } : null,
    second: second && own6 && { local: second.shared.local, seen: own6, server: second.server.address },
    others: isDirect
      ? others.map(({ name, shared, seen }) => ({ name, local: shared.local, seen, server: server.address }))
      : [],
    mapped: mappedPort?.toward(own) ?? null,
    relay: relay && relayOf(relay, mode),
    randomBytes,
  });
}

function share(
  { direct, second, others, relay }: State,
  owns: (arrival: Arrival) => boolean,
): Readonly<Record<string, UdpSocket>> {
  const named: readonly (readonly [string, SharedSocket | undefined | null])[] = [
    [PUNCH_SOCKET, direct],
    [SECOND_SOCKET, second?.shared],
    ...others.map(({ name, shared }) => [name, shared] as const),
    [RELAY_SOCKET, relay?.shared],
  ];
  const shares = named.flatMap(([name, one]) =>
    one ? [[name, one.share((bytes, from) => owns({ socket: name, from, bytes }))] as const] : [],
  );
  return Object.fromEntries(shares);
}
