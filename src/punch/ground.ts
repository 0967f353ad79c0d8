/**
 * What all punches of one id in one room share: the server, the socket and the other ways to be reached, the room of the
 * rendezvous, and the behaviour of this side's NAT.
 */

import { findOwnBehavior, type OwnBehavior } from '../detect/own-behavior.ts';
import type { ToldServers } from '../detect/servers.ts';
import { canonicalAddress, type Endpoint } from '../endpoint.ts';
import { hostAddresses } from '../net/host/interfaces.ts';
import { parseServerName } from '../net/lookup/server-name.ts';
import { createOwner, type Owner } from '../net/owner.ts';
import { localAddressToward, type OpenSocket, openUdpSocket, type UdpSocket } from '../net/udp-socket.ts';
import { behaviorByHand } from '../rendezvous/manual/behavior-by-hand.ts';
import type { RoomSeal } from './attempt/seal.ts';
import { type FoundMeeting, findMeeting, type MeetingPlace } from './meeting.ts';
import type { RoomOptions } from './options.ts';
import { seekMappedPort } from './reachability/mapped-port.ts';
import { type OtherSocket, openOtherSockets } from './reachability/other-sockets.ts';
import { createReachability, type Reachability } from './reachability/reachability.ts';
import { openFirstRelay } from './reachability/relay.ts';
import { openPunchSocket } from './reachability/socket.ts';
import type { StunServers } from './reachability/stun-servers.ts';
import { DEFAULT_ROOM } from './report/unproven.ts';
import { createRoom, type Room } from './room/room.ts';
import { warmUp } from './warm-up.ts';

export interface Ground extends AsyncDisposable {
  readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly id: string;
  /** Returns a server that sees this side, and answers as far as is known. */
  readonly server: () => Endpoint;
  /** The socket's endpoint on this host; null in the mode `relay-only`. */
  readonly local: Endpoint | null;
  readonly room: Room;
  readonly reachability: Reachability;
  /** Opens the sockets that a technique asks for. */
  readonly openSocket: OpenSocket;
  readonly seal: RoomSeal | undefined;
  /** Whether only those can be met who have something secret in common with this side. */
  readonly isProven: boolean;
  /** Whether an attempt without success is followed by others, since the peer may not have begun yet. */
  readonly isRepeated: boolean;
  /** This side's endpoint, as the server last saw it. */
  readonly seen: () => Endpoint | null;
  /** Returns in words why the detection of this side's NAT has left something undetermined; null where it has not. */
  readonly undetected: () => string | null;
  /** Returns what the notice about an unproven peer depends on. */
  readonly unproven: () => { readonly room: string; readonly token: string | undefined; readonly isOverheard: boolean };
  /** Resolves to whether this host sends to the server from another address by now; without any, that is still to be seen. */
  readonly isElsewhere: () => Promise<boolean>;
  /** Leaves the room, and keeps everything else. */
  readonly leave: () => Promise<void>;
  /** Hands what the router has mapped on request over to the caller, so that the end of the ground leaves it as it is. */
  readonly keepMappings: () => AsyncDisposable;
}

export type OpenedGround =
  | { readonly outcome: 'open'; readonly ground: Ground }
  | { readonly outcome: Exclude<FoundMeeting['outcome'], 'found'>; readonly detail?: never }
  | { readonly outcome: 'no-route'; readonly detail: string };

/** Opens a ground. @throws UsageError when an option cannot be used; the signal's reason when aborted. */
export async function openGround(
  options: RoomOptions & {
    /** How long to wait for the server's name, and for an id that is kept for its owner. */
    readonly joinWaitMs: number;
    /** How long a lost rendezvous is tried while no peer is wanted; default: for ever. */
    readonly patienceMs?: number | undefined;
    readonly onSeen: (own: Endpoint) => void;
    readonly onIncoming?: (peer: string) => void;
    readonly onPresent?: (peer: string) => void;
    readonly onNotice: (text: string) => void;
  },
): Promise<OpenedGround> {
  for (const text of options.stunServers ?? []) parseServerName(text);
  const place = await findMeeting({ ...options, waitMs: options.joinWaitMs });
  if (place.outcome !== 'found') return place;
  const { servers, stun, stunServers, isRepeated, connection } = place;
  const server = await firstReachable(servers);
  await using owner = createOwner();
  const mappings = owner.use(createOwner());
  const isRelayOnly = options.mode === 'relay-only';
  const socket = isRelayOnly ? null : await openPunchSocket({ ...options, server });
  if (typeof socket === 'string') return { outcome: 'no-route', detail: socket };
  if (socket) owner.use(socket);
  const from = socket?.local.address ?? (await addressNow(options, server));
  const others = socket && mayHaveOthers(options) ? await openOtherSockets({ ...options, first: socket.local }) : [];
  const reachability = owner.use(
    reachabilityOf(mappings, { ...options, endpoint: server, servers, stun, udp: socket, others }),
  );
  const { id, room: name = DEFAULT_ROOM, token, turn = [], onNotice } = options;
  const told = Promise.withResolvers<ToldServers | null>();
  // Nobody else tells of any.
  if (stun) told.resolve(null);
  const named = { endpoint: reachability.server, stunServers, isRepeated, later: told.promise };
  const behavior = isRelayOnly ? null : behaviorOf(owner, { ...options, ...named, udp: socket });
  let own: Endpoint | null = null;
  const room = owner.use(
    createRoom({
      ...options,
      hasCode: options.seal !== undefined,
      connection,
      reachability,
      turn,
      behavior,
      onStun: told.resolve,
      onPublic: (seen) => {
        own = seen;
        options.onSeen(seen);
      },
      onNotice,
    }),
  );
  const kept = owner.move();
  const ground: Ground = {
    ...{ id, local: socket?.local ?? null, room, reachability, seal: options.seal, seen: () => own },
    server: () => stun?.best() ?? reachability.server(),
    isRepeated,
    // Whoever has no part in the code, or in the lines, meets nobody.
    isProven: options.seal !== undefined || options.meeting !== undefined,
    openSocket: options.openSocket ?? openUdpSocket,
    undetected: () => behavior?.why() ?? null,
    unproven: () => ({ room: name, token, isOverheard: room.isOverheard() }),
    isElsewhere: async () => {
      const now = await addressNow(options, server);
      return now !== null && now !== from;
    },
    leave: async () => room[Symbol.asyncDispose](),
    keepMappings: mappings.move,
    [Symbol.asyncDispose]: kept[Symbol.asyncDispose],
  };
  return { outcome: 'open', ground };
}

/** The first server of the list that this host has a route to, since it may have one family only; the very first where it has none. */
async function firstReachable(servers: MeetingPlace['servers']): Promise<Endpoint> {
  if (servers.length === 1) return servers[0];
  for (const server of servers) {
    const local = await localAddressToward(server).catch(() => null);
    if (local !== null) return server;
  }
  return servers[0];
}

/** Returns the address that this host sends to the server from: the given one, as long as it has that; null where there is none. */
async function addressNow({ local }: RoomOptions, server: Endpoint): Promise<string | null> {
  if (local !== undefined) return hostAddresses().includes(canonicalAddress(local)) ? local : null;
  return await localAddressToward(server).catch(() => null);
}

/** Whoever names the socket or its address wants no other. */
function mayHaveOthers({ socket, local }: RoomOptions): boolean {
  return socket === undefined && local === undefined;
}

function reachabilityOf(
  mappings: Owner,
  options: RoomOptions & {
    readonly endpoint: Endpoint;
    readonly servers: readonly Endpoint[];
    readonly stun: StunServers | null;
    readonly udp: UdpSocket | null;
    readonly others: readonly OtherSocket[];
    readonly onNotice: (text: string) => void;
  },
): Reachability {
  const { endpoint: server, udp: socket, mode = 'any', portMapping = true } = options;
  const { local, resolver, openSocket, onNotice } = options;
  const mappedPort = portMapping && socket ? mappings.use(seekMappedPort({ local: socket.local })) : null;
  return createReachability({
    socket,
    openSocket,
    server,
    servers: options.servers,
    stun: options.stun ?? undefined,
    mode,
    mayHaveSecond: mayHaveOthers(options) && options.family === undefined,
    seekPinhole: portMapping ? (at) => void mappings.use(seekMappedPort({ local: at })) : undefined,
    others: options.others,
    mappedPort,
    openRelay: (servers, signal) => openFirstRelay(servers, { local, resolver, openSocket, signal, onNotice }),
    onNotice,
  });
}

/** Finds out what this side's NAT does, and tells it once everything is ready for a peer. */
function behaviorOf(
  owner: Owner,
  options: RoomOptions & {
    readonly endpoint: () => Endpoint;
    readonly isRepeated: boolean;
    readonly udp: UdpSocket | null;
    readonly later: Promise<ToldServers | null>;
  },
): OwnBehavior {
  const { endpoint: server, udp, signal, later, stunServers, isRepeated } = options;
  const local = udp?.local.address ?? options.local;
  const behavior = owner.use(findOwnBehavior({ server, stunServers, later, local, signal }));
  let warm: Promise<void> | null = null;
  return {
    ...behavior,
    find: async (own) => {
      // What is left of the detection by now is mostly silence, in which the processor has nothing else to do.
      warm ??= warmUp();
      const [found] = await Promise.all([behavior.find(own), warm]);
      return isRepeated ? behaviorByHand(found) : found;
    },
  };
}
