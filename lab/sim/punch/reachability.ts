/** Where a simulated peer can be reached: at its one socket, and at a relay, as src/punch/reachability has it. */

import type { Endpoint } from '../../../src/endpoint.ts';
import { candidateAgent, PUNCH_SOCKET, RELAY_SOCKET } from '../../../src/punch/attempt/candidate-agent.ts';
import type { ToldBehavior, TurnServer } from '../../../src/rendezvous/protocol/fields.ts';
import type { Arrival } from '../../../src/session.ts';
import type { Host, UdpSocket } from '../network/host.ts';
import type { Random } from '../network/random.ts';
import type { World } from '../network/world.ts';
import { type SimRelay, seekRelay } from './relay.ts';
import type { SimTold } from './told.ts';

/** How long a relay is waited for, as in src/punch/room/obey.ts. */
const RELAY_PATIENCE_MS = 1_500;

export interface SimReachability {
  readonly socket: UdpSocket;
  /** The relay, while it has an allocation. */
  readonly relay: () => SimRelay | null;
  /** Asks one of the servers for a relay, if there are any. */
  readonly seekRelay: (servers: readonly TurnServer[]) => void;
  /** Calls `done` later with what a peer is told when the server sees this side at `own`. */
  readonly gather: (own: Endpoint, done: (told: SimTold) => void) => void;
  readonly close: () => void;
}

export interface SimReachabilityOptions {
  readonly host: Host;
  readonly random: Random;
  /** The address of the STUN server. */
  readonly server: string;
  readonly behavior: ToldBehavior;
  /** Takes what comes to the socket and to the relay. */
  readonly receive: (arrival: Arrival) => void;
}

interface State extends SimReachabilityOptions {
  readonly world: World;
  readonly socket: UdpSocket;
  relay: SimRelay | null;
  /** Called when the relay that is sought has settled. */
  readonly waiting: Set<() => void>;
  isSeeking: boolean;
}

export function createSimReachability(world: World, options: SimReachabilityOptions): SimReachability {
  const { host, receive } = options;
  const socket = host.open((from, bytes) => receive({ socket: PUNCH_SOCKET, from, bytes }));
  const state: State = { ...options, world, socket, relay: null, waiting: new Set(), isSeeking: false };
  return {
    socket,
    relay: () => (state.relay?.allocation() ? state.relay : null),
    seekRelay: (servers) => seek(state, servers),
    gather: (own, done) => gather(state, own, done),
    close: () => {
      state.relay?.close();
      socket.close();
    },
  };
}

function seek(state: State, [server]: readonly TurnServer[]): void {
  if (!server || state.relay) return;
  const { world, host, receive, waiting } = state;
  state.isSeeking = true;
  state.relay = seekRelay(world, {
    host,
    server,
    receive: (from, bytes) => receive({ socket: RELAY_SOCKET, from, bytes }),
    onSettled: () => {
      state.isSeeking = false;
      for (const go of waiting) go();
    },
    onLost: () => {},
  });
}

function gather(state: State, own: Endpoint, done: (told: SimTold) => void): void {
  const { waiting } = state;
  const { clock } = state.world;
  const go = (): void => {
    if (waiting.delete(go)) done(toldAt(state, own));
  };
  waiting.add(go);
  clock.schedule(clock.now() + (state.isSeeking ? RELAY_PATIENCE_MS : 0), go);
}

function toldAt({ socket, relay, server, behavior, random }: State, own: Endpoint): SimTold {
  const agentOf = candidateAgent({
    direct: { local: socket.local, seen: own, server },
    relay: relay?.allocation() ?? null,
    randomBytes: random.bytes,
  });
  return { candidates: agentOf.candidates, behavior, agentOf };
}
