/**
 * What a TURN client knows: its allocation with the permissions and channels, and the requests that are open. It is changed
 * by the rules beside this file only.
 */
import type { Endpoint, Family } from '../endpoint.ts';
import type { Attribute } from '../stun/attribute.ts';
import type { StunResponse, Transaction } from '../stun/transaction.ts';
import type { Challenge, TurnCredentials } from './credentials.ts';
import type { TurnFailure, TurnOutput, Untimed } from './event.ts';

/** `closing`: the owner has closed the client, and the server is being told. */
export type ClientPhase = 'allocating' | 'allocated' | 'closing' | 'closed';

/** What a request came to. `forged`: there were responses, but none under the password. */
export type RequestOutcome = StunResponse | { readonly kind: 'none'; readonly because: 'silence' | 'forged' };

export interface Request {
  /** One of METHOD. */
  readonly method: number;
  readonly attributes: readonly Attribute[];
  /** Called once, with what the request came to; never when the client ends before. */
  readonly settle: (now: number, outcome: RequestOutcome) => void;
}

/** A request whose response has not come. */
export interface OpenRequest extends Request {
  readonly transaction: Transaction;
  readonly isSigned: boolean;
  /** How many challenges led to it. */
  readonly challenges: number;
  dueAt: number;
  /** An error without integrity, which is believed when nothing better comes. */
  claim: StunResponse | null;
  isForged: boolean;
}

/** How long the server grants something, and when that is to be refreshed. */
export interface Lease {
  refreshAt: number;
  expiresAt: number;
}

/** Something that is refreshed as long as it is in use. */
interface Refreshable extends Lease {
  isAsking: boolean;
  /** Whether it was used since it was last asked for. */
  isUsed: boolean;
}

export interface Permission extends Refreshable {
  state: 'new' | 'granted' | 'refused';
  /** The datagrams that go out once it is granted. */
  waiting: PeerData[];
}

export interface Channel extends Refreshable {
  readonly number: number;
  readonly peer: Endpoint;
  state: 'unbound' | 'bound' | 'refused';
}

/** Data that goes to a peer, or came from it. */
export interface PeerData {
  readonly peer: Endpoint;
  readonly bytes: Uint8Array;
}

/** Why something that came is not believed. */
export type TurnRejectionCause =
  /** It is neither a STUN message with the cookie nor ChannelData. */
  | 'malformed'
  /** It is not from the server. */
  | 'wrong-source'
  /** It is a response to no open request. */
  | 'unknown-transaction'
  | 'wrong-integrity'
  /** It is a request, or an indication other than Data. */
  | 'unexpected'
  /** It has a comprehension-required attribute that is not understood (RFC 8489 §6.3). */
  | 'unknown-attribute'
  /** It is a Data indication without peer or data. */
  | 'missing-attribute'
  /** It is data of a peer whose address has no permission (RFC 8656 §11.6). */
  | 'no-permission'
  /** It is ChannelData on a channel that was never asked for (RFC 8656 §12.6). */
  | 'unknown-channel';

export interface State {
  readonly server: Endpoint;
  /** The name of the socket toward the server. */
  readonly socket: string;
  readonly isStream: boolean;
  readonly credentials: TurnCredentials;
  /** The family of the relayed address; the server chooses when it is left out. */
  readonly family: Family | undefined;
  readonly randomBytes: (length: number) => Uint8Array;
  phase: ClientPhase;
  /** Null until the server has asked for credentials. */
  challenge: Challenge | null;
  /** Null until the server has told it. */
  relayed: Endpoint | null;
  hasAskedToAllocate: boolean;
  readonly allocation: Lease;
  /** The open requests by transaction id, in hex. */
  readonly requests: Map<string, OpenRequest>;
  /** The permissions by the peer's address. */
  readonly permissions: Map<string, Permission>;
  /** The channels by number, and the same ones by their peer's endpoint as text. */
  readonly channels: Map<number, Channel>;
  readonly channelsByPeer: Map<string, Channel>;
  readonly rejected: Partial<Record<TurnRejectionCause, number>>;
  /** What is to be done outside, until `poll` takes it. */
  readonly outputs: TurnOutput[];
}

export function transmit({ outputs, socket, server }: State, bytes: Uint8Array): void {
  outputs.push({ kind: 'transmit', socket, to: server, bytes });
}

export function emit(now: number, { outputs }: State, event: Untimed): void {
  outputs.push({ kind: 'event', event: { at: now, ...event } as never });
}

/** Ends an allocation that the server no longer has, or that cannot be kept. */
export function lose(now: number, state: State, failure: TurnFailure): void {
  if (state.phase === 'allocated') emit(now, state, { kind: 'lost', ...failure });
  end(state);
}

export function end(state: State): void {
  state.phase = 'closed';
  state.requests.clear();
}
