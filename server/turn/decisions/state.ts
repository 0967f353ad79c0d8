/** What the relay knows: its allocations, with their permissions and channels. Changed by the rules beside this file only. */
import type { Endpoint, Family } from '../../../src/endpoint.ts';
import type { StunMessage } from '../../../src/stun/message.ts';
import type { KnownHost, PeerPolicy } from './access/known-host.ts';
import type { NonceDesk } from './access/nonce.ts';
import type { Account, Proof } from './access/users.ts';
import type { Direction, TurnCounts } from './counts.ts';
import { type FiveTuple, fiveTupleKey } from './five-tuple.ts';
import type { TurnOutput } from './input-output.ts';
import type { RelayLimits } from './limits.ts';

export interface Channel {
  readonly number: number;
  readonly peer: Endpoint;
  expiresAt: number;
}

export interface Allocation {
  readonly id: number;
  readonly fiveTuple: FiveTuple;
  /** Of the Allocate that made it: its lifetime in seconds, whether the port has to be even, the request itself. */
  readonly asked: { readonly lifetimeS: number; readonly even: boolean; readonly request: StunMessage };
  /** What its Allocate has shown; the credentials are good as long as it lasts. */
  readonly proof: Proof;
  readonly family: Family;
  relayed: Endpoint;
  /** Of its port: how many were tried. */
  attempts: number;
  /** The success that its Allocate got; null until its socket is open. */
  reply: Uint8Array | null;
  expiresAt: number;
  /** By the peer's address: when it ends. */
  readonly permissions: Map<string, number>;
  readonly channels: Map<number, Channel>;
  /** By `peerKey`. */
  readonly channelsByPeer: Map<string, Channel>;
  readonly source: Source;
  readonly arrivalMs: ArrivalMs;
  /** When the session of its credentials was last seen to be there; of no interest without one. */
  attendedAt: number;
}

/** A bucket of bytes each way, as its theoretical arrival time (GCRA). */
export type ArrivalMs = Record<Direction, number>;

/** What the clients at one address (../limit/source.ts) have together. */
export interface Source {
  readonly name: string;
  allocations: number;
  readonly arrivalMs: ArrivalMs;
}

export interface State {
  readonly limits: RelayLimits;
  /** Where relayed sockets are opened; one address for each family that is served. */
  readonly addresses: Readonly<Partial<Record<Family, string>>>;
  readonly ports: { readonly first: number; readonly last: number };
  readonly policy: PeerPolicy;
  host: KnownHost;
  readonly realm: string;
  readonly nonces: NonceDesk;
  readonly accountOf: (username: string) => Account | null;
  /** Whether a session of the rendezvous is there, by its user. */
  readonly isAttended: (session: string) => boolean;
  /** False when a source without credentials has had its share of errors. */
  readonly mayRefuse: (now: number, fiveTuple: FiveTuple) => boolean;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly allocations: Map<number, Allocation>;
  /** By `fiveTupleKey`. */
  readonly byFiveTuple: Map<string, Allocation>;
  /** By `peerKey` of the relayed endpoint. */
  readonly byRelayed: Map<string, Allocation>;
  /** How many each user has. */
  readonly users: Map<string, number>;
  /** By name. */
  readonly sources: Map<string, Source>;
  /** The whole relay's. */
  readonly arrivalMs: ArrivalMs;
  nextId: number;
  readonly counts: TurnCounts;
  /** What the last input led to, until it is taken. */
  outputs: TurnOutput[];
}

export function peerKey({ address, port }: Endpoint): string {
  return `${port} ${address}`;
}

/** The allocation of the fiveTuple, one whose socket is still being opened among them. */
export function allocationOf(now: number, state: State, fiveTuple: FiveTuple): Allocation | undefined {
  const found = state.byFiveTuple.get(fiveTupleKey(fiveTuple));
  if (!found || now < found.expiresAt) return found;
  release(state, found);
  return undefined;
}

/** The same, once it can be used. */
export function openAllocationOf(now: number, state: State, fiveTuple: FiveTuple): Allocation | undefined {
  const found = allocationOf(now, state, fiveTuple);
  return found?.reply ? found : undefined;
}

/** Ends the allocation; its socket is closed. */
export function release(state: State, allocation: Allocation): void {
  const { id, fiveTuple, relayed } = allocation;
  const { user } = allocation.proof.credentials;
  state.allocations.delete(id);
  state.byFiveTuple.delete(fiveTupleKey(fiveTuple));
  state.byRelayed.delete(peerKey(relayed));
  const left = (state.users.get(user) ?? 0) - 1;
  if (left > 0) state.users.set(user, left);
  else state.users.delete(user);
  // The source itself is forgotten when its bandwidth is its own again (tick.ts).
  allocation.source.allocations--;
  state.outputs.push({ kind: 'close-relay', allocation: id });
}
