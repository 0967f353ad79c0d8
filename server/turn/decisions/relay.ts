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
import { receiveFromPeer } from './data/data.ts';
import { type FiveTuple, fiveTupleKey } from './five-tuple.ts';
import type { TurnServerInput, TurnServerOutput } from './input-output.ts';
import { DEFAULT_RELAY_LIMITS, type RelayLimits } from './limits.ts';
import { receive } from './receive.ts';
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
    isAllocated: (fiveTuple) => state.byFiveTuple.has(fiveTupleKey(fiveTuple)),
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
      count(state, receive(now, state, input));
      break;
    case 'from-peer':
      count(state, receiveFromPeer(now, state, input));
      break;
    case 'opened':
    case 'open-failed':
      settle(now, state, input);
      break;
    case 'closed': {
      const allocation = state.byFiveTuple.get(fiveTupleKey(input.fiveTuple));
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

function count({ counts }: State, dropped: TurnDropReason | null): void {
  if (dropped !== null) counts.dropped[dropped]++;
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
