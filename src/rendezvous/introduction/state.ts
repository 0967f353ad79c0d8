/** What a peer knows about its room and about the peers that it wants to meet there. Only the rules beside this file change it. */
import type { Endpoint } from '../../endpoint.ts';
import type { ToldBehavior } from '../protocol/fields.ts';
import type { IntroductionOutput, ServerPlace } from './output.ts';
import type { Presence } from './presence.ts';

/** What a peer is told about this side. Whoever gathers it may add fields, and gets the same object back. */
export interface Told {
  /** The candidates as SDP lines. */
  readonly candidates: readonly string[];
  readonly behavior: ToldBehavior;
  /** What this side's network does with IPv6, where `behavior` is about IPv4. */
  readonly behavior6?: ToldBehavior | undefined;
}

export interface HeldTicket {
  readonly username: string;
  readonly password: string;
  /** The time from which on another ticket is asked for in its place. */
  readonly renewAt: number;
}

/** A socket over IPv6, beside a first one over IPv4. */
export interface SecondSocket {
  readonly ticket: HeldTicket;
  /** The server's address in the other family, and that by which it was reached when it named that one. */
  readonly server: Endpoint;
  readonly namedBy: string;
  bindAt: number;
  /** When the last binding began. */
  boundAt: number;
  /** The number of the binding that is under way; null when none is. */
  binding: number | null;
  /** Whether a binding has ended. */
  isSettled: boolean;
  /** Where the server last saw it. */
  own: Endpoint | null;
}

/** Where this side stands with the server. */
export type RoomPhase =
  /** `by` is the time until which a join that has failed is tried again. */
  | { readonly kind: 'joining'; readonly by: number }
  /** A pause before the next join. */
  | { readonly kind: 'pausing'; readonly until: number; readonly by: number }
  | {
      readonly kind: 'joined';
      /** The server's other UDP port. */
      readonly altPort: number;
      readonly place: ServerPlace;
      /** Whether the server is another one than at first. */
      readonly hasMoved: boolean;
      ticket: HeldTicket;
      /** Whether a binding has ended since the join, or since the last doubt, whatever its result. */
      hasBound: boolean;
      /** When peers are asked for although no binding has ended since a doubt; Infinity before the first binding. */
      anywayAt: number;
    }
  | { readonly kind: 'over' };

type Introduced<T> = Extract<IntroductionOutput<T>, { readonly kind: 'introduced' }>;

/** A peer that is wanted, or was introduced. */
export interface Peer<T extends Told> {
  readonly id: string;
  readonly waitMs: number;
  /** `wanted` peers are still to be asked for; `asked` peers are waited for. */
  phase: 'wanted' | 'asked' | 'introduced';
  /** The time until which the peer is waited for; the first ask sets it for good. */
  by: number;
  hasBeenAsked: boolean;
  /** Whether it was asked for over this connection since the last introduction. */
  isAsked: boolean;
  /** How many asks were sent, updates aside, that no introduction has answered. */
  openAsks: number;
  /** An introduction that has come after the one that is being followed, because an ask has crossed that one. */
  later: Introduced<T> | null;
  /** What the last ask told; null before the first. */
  told: T | null;
}

export interface State<T extends Told> {
  /** The time from one binding of the socket to the next. */
  readonly refreshMs: number;
  /** The least time between two bindings or requests for a ticket. */
  readonly gapMs: number;
  /** How long a lost server is tried while no peer is wanted. */
  readonly patienceMs: number;
  phase: RoomPhase;
  /** The key from the last `joined`; undefined before the first. */
  resumeKey: string | undefined;
  /** Where the first server takes tickets; null before the first `joined`. */
  firstPlace: ServerPlace | null;
  joinedAt: number;
  lostAt: number;
  /** The server's IP address, as it was at the last join. */
  serverAddress: string;
  /** How many attempts to join again were made since the first, or since the last connection that lasted. */
  returns: number;
  /** When the first attempt to join began, and whether any has shown a server that is there. */
  readonly startedAt: number;
  isServerSeen: boolean;
  /** When the next binding of the socket is due, and when the last one began. */
  bindAt: number;
  boundAt: number;
  /** The number of the binding that is under way; null when none is. */
  binding: number | null;
  bindings: number;
  /** How many tickets in a row were refused. */
  refusals: number;
  /** This side's endpoint, as the server last saw it, and when it has told of it first since the join. */
  own: Endpoint | null;
  shownAt: number;
  /** The socket over the other family; null where the server offers none. */
  second: SecondSocket | null;
  /** The gathering that is under way, and this side's endpoints that it is for; null when none is. */
  gathering: { readonly number: number; readonly own: Endpoint; readonly own6: Endpoint | null } | null;
  gatherings: number;
  readonly peers: Map<string, Peer<T>>;
  readonly presence: Presence;
  /** Whether the two sides share a code, so that ids are names to nobody. */
  readonly hasCode: boolean;
  /** What the last input led to, until it is taken. */
  outputs: IntroductionOutput<T>[];
}

/** Returns the peers that are asked for and have not been introduced. */
export function waiting<T extends Told>({ peers }: State<T>): readonly Peer<T>[] {
  return [...peers.values()].filter(({ phase }) => phase !== 'introduced');
}
