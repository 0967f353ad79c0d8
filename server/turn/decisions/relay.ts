/**
 * The relay, a TURN server (RFC 8656), as a sans-IO state machine: it is told what comes in and when, and says what
 * goes out.
 */
import type { Family } from '../../../src/endpoint.ts';
import { type HostAddresses, knownHost, type PeerPolicy } from './access/known-host.ts';
import { createNonceDesk } from './access/nonce.ts';
import { setElsewhere, setHost } from './access/peer-policy.ts';
import type { Account } from './access/users.ts';
import { opened, openFailed } from './allocation/allocate.ts';
import { createTurnCounts, type TurnCounts, type TurnDropReason } from './counts.ts';
import { type FromPeer, receiveData, receiveFromPeer } from './data/data.ts';
import { type FiveTuple, findHolder } from './five-tuple.ts';
import type { ToClient, ToPeer, TurnServerInput, TurnServerOutput } from './input-output.ts';
import { DEFAULT_RELAY_LIMITS, type RelayLimits } from './limits.ts';
import { receive } from './receive.ts';
import type { TurnClientMessage } from './received.ts';
import { release, type State } from './state.ts';
import { tick } from './tick.ts';

export interface TurnServerOptions {
  /** The addresses where relayed sockets are opened, one for each family that is served. */
  readonly addresses: Readonly<Partial<Record<Family, string>>>;
  readonly ports: { readonly first: number; readonly last: number };
  readonly policy: PeerPolicy;
  /** The host as it is at the start. */
  readonly host: HostAddresses;
  readonly realm: string;
  /** The account of a username; null unless it is good now. */
  readonly accountOf: (username: string) => Account | null;
  /** Whether the session of the rendezvous that has this TURN user is there. */
  readonly isAttended: (session: string) => boolean;
  /** Whether a client without credentials may be sent one more error. */
  readonly mayRefuse: (now: number, fiveTuple: FiveTuple) => boolean;
  readonly limits?: Partial<RelayLimits> | undefined;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface Relay {
  /** Takes an input, and gives what it leads to, in order. `now` is in ms of any one monotonic clock. */
  readonly handle: (now: number, input: TurnServerInput) => readonly TurnServerOutput[];
  /**
   * Takes a client's message if it is data at first sight, as nearly all are, and gives what `handle` would give in a list,
   * or `dropped`; null, with nothing done, when it is for `handle`.
   */
  readonly fromClient: (now: number, message: TurnClientMessage) => ToPeer | 'dropped' | null;
  /** Takes a peer's datagram, and gives what `handle` would give in a list, or `dropped`. */
  readonly fromPeer: (now: number, datagram: FromPeer) => ToClient | 'dropped';
  /** Whether the five-tuple has an allocation, which may still be in the making. */
  readonly isAllocated: (fiveTuple: FiveTuple) => boolean;
  /** The caller counts here too when it drops what it cannot send. */
  readonly counts: TurnCounts;
  readonly population: () => Readonly<Record<FiveTuple['transport'], number>>;
}

const NONCE_SECRET_BYTES = 32;

export function createRelay(options: TurnServerOptions): Relay {
  const state = createState(options);
  return {
    handle: (now, input) => {
      apply(now, state, input);
      const { outputs } = state;
      state.outputs = [];
      return outputs;
    },
    fromClient: (now, message) => {
      const decided = receiveData(now, state, message);
      return typeof decided === 'string' ? drop(state, decided) : decided;
    },
    fromPeer: (now, datagram) => {
      const decided = receiveFromPeer(now, state, datagram);
      return typeof decided === 'string' ? drop(state, decided) : decided;
    },
    isAllocated: (fiveTuple) => findHolder(state.byFiveTuple, fiveTuple) !== undefined,
    counts: state.counts,
    population: () => populationOf(state),
  };
}

function createState({ limits, randomBytes, host, ...options }: TurnServerOptions): State {
  return {
    ...options,
    host: knownHost(host),
    randomBytes,
    limits: { ...DEFAULT_RELAY_LIMITS, ...limits },
    nonces: createNonceDesk(randomBytes(NONCE_SECRET_BYTES)),
    allocations: new Map(),
    byFiveTuple: new Map(),
    byRelayed: new Map(),
    relayedElsewhere: new Set(),
    users: new Map(),
    sources: new Map(),
    arrivalMs: { 'to-peer': 0, 'to-client': 0 },
    nextId: 0,
    isDraining: false,
    counts: createTurnCounts(),
    outputs: [],
  };
}

function populationOf({ allocations }: State): ReturnType<Relay['population']> {
  const population = { udp: 0, tcp: 0, tls: 0 };
  for (const { fiveTuple } of allocations.values()) population[fiveTuple.transport]++;
  return population;
}

function apply(now: number, state: State, input: TurnServerInput): void {
  switch (input.kind) {
    case 'message':
      conclude(state, receiveData(now, state, input) ?? receive(now, state, input));
      break;
    case 'from-peer':
      conclude(state, receiveFromPeer(now, state, input));
      break;
    case 'opened':
    case 'open-failed':
      settle(now, state, input);
      break;
    case 'closed': {
      const allocation = findHolder(state.byFiveTuple, input.fiveTuple);
      if (allocation) release(state, allocation, 'disconnected');
      break;
    }
    case 'host':
      setHost(state, input);
      break;
    case 'relayed-elsewhere':
      setElsewhere(state, input);
      break;
    case 'tick':
      tick(now, state);
      break;
    case 'draining':
      state.isDraining = true;
      break;
    case 'closing':
      for (const allocation of state.allocations.values()) release(state, allocation, 'closing');
      break;
  }
}

/** Takes note of what a message or datagram has led to, where that is not among the outputs already. */
function conclude(state: State, outcome: ToPeer | ToClient | TurnDropReason | null): void {
  if (typeof outcome === 'string') drop(state, outcome);
  else if (outcome !== null) state.outputs.push(outcome);
}

function drop({ counts }: State, why: TurnDropReason): 'dropped' {
  counts.dropped[why]++;
  return 'dropped';
}

function settle(
  now: number,
  state: State,
  input: Extract<TurnServerInput, { readonly kind: 'opened' | 'open-failed' }>,
): void {
  const allocation = state.allocations.get(input.allocation);
  // An allocation that is unknown has ended meanwhile, and the caller was told to close its socket.
  if (!allocation) return;
  if (input.kind === 'opened') opened(now, state, allocation);
  else openFailed(state, allocation, input);
}
