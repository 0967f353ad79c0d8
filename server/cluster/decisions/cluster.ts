/**
 * One node of a cluster (docs/scaling.md) as a sans-IO state machine around the rendezvous: each room has one home at a
 * time, whose rendezvous knows everybody in it; the other nodes pass on what their clients in it say.
 */
import type { StunOffer } from '../../../src/rendezvous/protocol/fields.ts';
import { DEFAULT_LIMITS, type RendezvousLimits } from '../../rendezvous/decisions/limits.ts';
import type { Rendezvous } from '../../rendezvous/decisions/rendezvous.ts';
import type { RelayOffer } from '../../turn/choice/offer.ts';
import { open, say } from './edge.ts';
import { end, endAway } from './end.ts';
import { hear, passBound } from './home.ts';
import type { ClusterInput, ClusterOutput } from './input-output.ts';
import { beaten, checkLease, down, learn, look, up, withdrawRelay } from './lease.ts';
import { listen } from './link.ts';
import { claimed, dropLookups } from './lookup.ts';
import { renewed, tidy } from './rooms.ts';
import { hand } from './say.ts';
import { type ClusterCounts, nodeName, type State } from './state.ts';

export interface ClusterOptions {
  /** The number of this node, which its tickets have: 32 bits, and no other node's. */
  readonly node: number;
  /** What the clients of this node are told. */
  readonly stun: StunOffer;
  readonly rendezvous: Rendezvous;
  /** Where this node is. */
  readonly region?: string | undefined;
  /** Reads what this node's relay has to offer, under the name of the node; left out, there is none to hand out. */
  readonly readRelay?: (() => RelayOffer | null) | undefined;
  readonly limits?: Partial<RendezvousLimits> | undefined;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface Cluster {
  /** The name of this node. */
  readonly node: string;
  /** Takes an input, and gives what it leads to, in order. `now` is in ms of any one monotonic clock. */
  readonly handle: (now: number, input: ClusterInput) => readonly ClusterOutput[];
  readonly counts: Readonly<ClusterCounts>;
  /** Whether it takes joins. */
  readonly isServing: () => boolean;
  readonly population: () => { readonly rooms: number; readonly guests: number; readonly away: number };
}

export function createCluster(options: ClusterOptions): Cluster {
  const { node, stun, rendezvous, region = null, readRelay = () => null, limits, randomBytes } = options;
  const state: State = {
    ...{ node: nodeName(node), stun, rendezvous, region, readRelay, randomBytes },
    limits: { ...DEFAULT_LIMITS, ...limits },
    ...{ isUp: false, isServing: false, isClosing: false, isDraining: false, term: null },
    ...{ provenAt: Number.NEGATIVE_INFINITY, beatAt: Number.POSITIVE_INFINITY },
    ...{ rooms: new Map(), lookups: new Map(), clients: new Map(), guests: new Map(), links: new Map() },
    ...{ claims: 0, guestNumbers: 0, counts: { lapses: 0, restarts: 0, badOffers: 0 } },
    ...{ attending: new Map(), visiting: new Map() },
    outputs: [],
  };
  return {
    node: state.node,
    handle: (now, input) => {
      checkLease(now, state);
      apply(now, state, input);
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
    counts: state.counts,
    isServing: () => state.isServing && state.isUp,
    population: () => {
      const all = [...state.clients.values()];
      const away = all.filter(({ stage }) => stage.kind === 'away').length;
      return { rooms: state.rooms.size, guests: all.filter(({ guestOf }) => guestOf).length, away };
    },
  };
}

function apply(now: number, state: State, input: ClusterInput): void {
  switch (input.kind) {
    case 'up':
      up(now, state);
      break;
    case 'down':
      down(now, state);
      break;
    case 'beaten':
      beaten(now, state, input);
      break;
    case 'claimed':
      claimed(now, state, input);
      break;
    case 'renewed':
      renewed(now, state, input);
      break;
    case 'heard': {
      const saying = listen(now, state, input);
      if (saying) hear(now, state, { from: input.from, saying });
      break;
    }
    case 'news':
      learn(now, state);
      break;
    case 'clock':
      look(now, state);
      break;
    case 'bound':
      passBound(now, state, input);
      break;
    case 'tick':
      hand(now, state, input);
      if (state.isUp) tidy(state);
      break;
    case 'draining':
      state.isDraining = true;
      hand(now, state, input);
      withdrawRelay(now, state);
      break;
    case 'closing':
      leave(now, state);
      break;
    case 'opened':
      open(now, state, input);
      break;
    case 'closed':
    case 'message':
    case 'ping':
    case 'pong':
      ofConnection(now, state, input);
      break;
    case 'adopt':
    case 'evict':
    case 'relays':
      hand(now, state, input);
      break;
  }
}

function ofConnection(
  now: number,
  state: State,
  input: Extract<ClusterInput, { readonly kind: 'message' | 'ping' | 'pong' | 'closed' }>,
): void {
  const client = state.clients.get(input.connection);
  if (!client) return;
  if (input.kind === 'closed') end(now, state, client);
  else say(now, state, client, input);
}

/** Ends: everybody is told, and the rooms are free for other nodes. */
function leave(now: number, state: State): void {
  state.isClosing = true;
  dropLookups(now, state);
  endAway(state);
  hand(now, state, { kind: 'closing' });
  // Who is not sure to be there has given up everything, and Redis may not answer.
  if (state.isServing) state.outputs.push({ kind: 'leave', rooms: [...state.rooms.keys()] });
}
