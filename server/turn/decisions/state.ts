/**
 * The state of the relay: its allocations, with their permissions and channels. Only the rules beside this file change
 * it.
 */
import type { Endpoint, Family } from '../../../src/endpoint.ts';
import type { StunMessage } from '../../../src/stun/message.ts';
import type { KnownHost, PeerPolicy } from './access/known-host.ts';
import type { NonceDesk } from './access/nonce.ts';
import type { Account, Proof } from './access/users.ts';
import type { Direction, TurnCounts } from './counts.ts';
import { type ByFiveTuple, type FiveTuple, findHolder, removeHolder } from './five-tuple.ts';
import type { ReleaseReason, TurnServerOutput } from './input-output.ts';
import type { RelayLimits } from './limits.ts';

/** Lets data through to an address, and from it, until it ends. */
export interface Permission {
  readonly address: string;
  expiresAt: number;
}

export interface Channel {
  readonly number: number;
  readonly peer: Endpoint;
  expiresAt: number;
}

export interface Allocation {
  readonly id: number;
  readonly fiveTuple: FiveTuple;
  /** The Allocate that made it, the lifetime in seconds that it gets, and whether its port has to be even. */
  readonly asked: { readonly lifetimeS: number; readonly even: boolean; readonly request: StunMessage };
  /** What its Allocate has shown; the credentials are good as long as the allocation lasts. */
  readonly proof: Proof;
  readonly family: Family;
  relayed: Endpoint;
  /** How many ports were tried for it. */
  attempts: number;
  /** The success that answered its Allocate; null until its socket is open. */
  reply: Uint8Array | null;
  expiresAt: number;
  /** One for each address, few enough to be searched for each datagram. */
  permissions: readonly Permission[];
  /** The channels by their numbers; few enough to be searched for a peer. */
  readonly channels: Map<number, Channel>;
  readonly source: Source;
  readonly arrivalMs: ArrivalMs;
  /** When the session of its credentials was last there; it means nothing for credentials without a session. */
  attendedAt: number;
}

/** The state of a bucket of bytes each way (data/bandwidth.ts). */
export type ArrivalMs = Record<Direction, number>;

/** What the clients at one source (../../limit/source.ts) have together. */
export interface Source {
  readonly name: string;
  allocations: number;
  readonly arrivalMs: ArrivalMs;
}

export interface State {
  readonly limits: RelayLimits;
  /** The addresses where relayed sockets are opened, one for each family that is served. */
  readonly addresses: Readonly<Partial<Record<Family, string>>>;
  readonly ports: { readonly first: number; readonly last: number };
  readonly policy: PeerPolicy;
  host: KnownHost;
  readonly realm: string;
  readonly nonces: NonceDesk;
  readonly accountOf: (username: string) => Account | null;
  /** Whether the session of the rendezvous that has this TURN user is there. */
  readonly isAttended: (session: string) => boolean;
  /** False when a source without credentials has had its share of errors. */
  readonly mayRefuse: (now: number, fiveTuple: FiveTuple) => boolean;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly allocations: Map<number, Allocation>;
  readonly byFiveTuple: ByFiveTuple<Allocation>;
  /** The allocations by the `peerKey` of their relayed endpoints. */
  readonly byRelayed: Map<string, Allocation>;
  /** The `peerKey` of each relayed endpoint that another process of this server has. */
  readonly relayedElsewhere: Set<string>;
  /** How many allocations each user has. */
  readonly users: Map<string, number>;
  /** The sources by their names. */
  readonly sources: Map<string, Source>;
  /** The state of the whole relay's buckets. */
  readonly arrivalMs: ArrivalMs;
  nextId: number;
  /** Whether no allocation is made any more. */
  isDraining: boolean;
  readonly counts: TurnCounts;
  /** What the last input led to, until the caller takes it. */
  outputs: TurnServerOutput[];
}

export function peerKey({ address, port }: Endpoint): string {
  return `${port} ${address}`;
}

/** The allocation of the five-tuple, whose socket may still be being opened. */
export function allocationOf(now: number, state: State, fiveTuple: FiveTuple): Allocation | undefined {
  const found = findHolder(state.byFiveTuple, fiveTuple);
  if (!found || now < found.expiresAt) return found;
  release(state, found, 'expired');
  return undefined;
}

/** The allocation of the five-tuple, once its socket is open. */
export function openAllocationOf(now: number, state: State, fiveTuple: FiveTuple): Allocation | undefined {
  const found = allocationOf(now, state, fiveTuple);
  return found?.reply ? found : undefined;
}

/** Ends the allocation, and has its socket closed. */
export function release(state: State, allocation: Allocation, reason: ReleaseReason): void {
  const { id, relayed } = allocation;
  const { user } = allocation.proof.credentials;
  state.allocations.delete(id);
  removeHolder(state.byFiveTuple, allocation);
  state.byRelayed.delete(peerKey(relayed));
  const left = (state.users.get(user) ?? 0) - 1;
  if (left > 0) state.users.set(user, left);
  else state.users.delete(user);
  // The source itself is forgotten when its buckets are full again (tick.ts).
  allocation.source.allocations--;
  state.outputs.push({ kind: 'close-relay', allocation: id, reason });
}
