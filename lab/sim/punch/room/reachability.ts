/** Where a simulated peer can be reached: at its one socket, and at a relay, as src/punch/reachability has it. */

import type { Endpoint } from '../../../../src/endpoint.ts';
import {
  candidateAgent,
  PUNCH_SOCKET,
  RELAY_SOCKET,
  SECOND_SOCKET,
} from '../../../../src/punch/attempt/candidates/candidate-agent.ts';
import { behaviorSeen } from '../../../../src/rendezvous/introduction/second-socket.ts';
import type { ToldBehavior, TurnServer } from '../../../../src/rendezvous/protocol/fields.ts';
import type { Arrival } from '../../../../src/session.ts';
import { addressOf, type Host, type UdpSocket } from '../../network/host.ts';
import type { Random } from '../../network/random.ts';
import type { World } from '../../network/world.ts';
import { type SimRelay, seekRelay } from './relay.ts';
import type { SimTold } from './told.ts';

/** How long a relay is waited for, as in src/punch/room/obey.ts. */
const RELAY_PATIENCE_MS = 1_500;

export interface SimReachability {
  readonly socket: UdpSocket;
  /** The socket over IPv6, where the first one is over IPv4 and the host has both. */
  readonly second: UdpSocket | null;
  /** The relay, while it has an allocation. */
  readonly relay: () => SimRelay | null;
  /** To be called with each join: asks the first of the servers for a relay, unless there is one that its server still has. */
  readonly seekRelay: (servers: readonly TurnServer[]) => void;
  /** Calls `done` later with what a peer is told when the server sees this side at `own`, and its second socket at `own6`. */
  readonly gather: (seen: SeenAt, done: (told: SimTold) => void) => void;
  readonly close: () => void;
}

interface SeenAt {
  readonly own: Endpoint;
  readonly own6: Endpoint | null;
}

export interface SimReachabilityOptions {
  readonly host: Host;
  readonly random: Random;
  /** The address of the STUN server. */
  readonly server: string;
  readonly behavior: ToldBehavior;
  /** Takes what comes to the socket and to the relay. */
  readonly receive: (arrival: Arrival) => void;
  /** Hears that there is another relay to tell of than before, or none any more. */
  readonly onChanged: () => void;
  /** Hears of a relay that has come since peers were told that there is none. */
  readonly onLateRelay: (relay: SimRelay) => void;
}

interface State extends SimReachabilityOptions {
  readonly world: World;
  readonly socket: UdpSocket;
  readonly second: UdpSocket | null;
  /** The TURN server, as the last join has named it. */
  turn: TurnServer | null;
  relay: SimRelay | null;
  /** Called when it is settled whether there is a relay. */
  readonly waiting: Set<() => void>;
  isSettled: boolean;
}

export function createSimReachability(world: World, options: SimReachabilityOptions): SimReachability {
  const { host, receive } = options;
  const socket = host.open((from, bytes) => receive({ socket: PUNCH_SOCKET, from, bytes }));
  const second = openSecond(options, socket);
  const state: State = {
    ...options,
    world,
    socket,
    second,
    turn: null,
    relay: null,
    waiting: new Set(),
    isSettled: true,
  };
  return {
    socket,
    second,
    relay: () => (state.relay?.allocation() ? state.relay : null),
    seekRelay: (servers) => seekOrProve(state, servers),
    gather: (seen, done) => gather(state, seen, done),
    close: () => {
      state.relay?.close();
      socket.close();
      second?.close();
    },
  };
}

function openSecond({ host, receive }: SimReachabilityOptions, { local }: UdpSocket): UdpSocket | null {
  const address = addressOf(host, 'IPv6');
  if (address === undefined || address === local.address) return null;
  return host.open((from, bytes) => receive({ socket: SECOND_SOCKET, from, bytes }), { address });
}

function seekOrProve(state: State, servers: readonly TurnServer[]): void {
  const turn = servers[0] ?? null;
  state.turn = turn;
  if (!turn) return;
  state.isSettled = false;
  if (state.relay?.allocation()) state.relay.prove();
  else seek(state, turn);
}

function seek(state: State, turn: TurnServer): void {
  const { world, host, receive } = state;
  state.relay?.close();
  state.isSettled = false;
  state.relay = seekRelay(world, {
    host,
    server: turn,
    receive: (from, bytes) => receive({ socket: RELAY_SOCKET, from, bytes }),
    onSettled: () => settle(state),
    onLost: () => lose(state),
  });
}

function settle(state: State): void {
  const isNew = !state.isSettled;
  state.isSettled = true;
  if (isNew && state.relay?.allocation()) {
    state.onLateRelay(state.relay);
    state.onChanged();
  }
  for (const go of state.waiting) go();
}

/** While its server is being asked for it, or a peer is to be told, a lost relay is replaced at once; else when it is wanted. */
function lose(state: State): void {
  const { turn, waiting, isSettled } = state;
  if (turn && (!isSettled || waiting.size > 0)) seek(state, turn);
  state.onChanged();
}

function gather(state: State, seen: SeenAt, done: (told: SimTold) => void): void {
  const { world, turn, relay, waiting } = state;
  const { clock } = world;
  const go = (): void => {
    if (waiting.delete(go)) done(toldAt(state, seen));
  };
  waiting.add(go);
  if (turn && state.isSettled && !relay?.allocation()) seek(state, turn);
  clock.schedule(clock.now() + (state.isSettled ? 0 : RELAY_PATIENCE_MS), go);
}

function toldAt({ socket, second, relay, server, behavior, random }: State, { own, own6 }: SeenAt): SimTold {
  const agentOf = candidateAgent({
    direct: { local: socket.local, seen: own, server },
    second: second && own6 && { local: second.local, seen: own6, server },
    relay: relay?.allocation() ?? null,
    randomBytes: random.bytes,
  });
  const behavior6 = own6 ? behaviorSeen(own6, second?.local ?? null) : undefined;
  return { candidates: agentOf.candidates, behavior, behavior6, agentOf };
}
