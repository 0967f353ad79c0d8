/** What a peer knows of its room and of those that it wants to meet there. Changed by the rules beside this file only. */
import type { Endpoint } from '../../endpoint.ts';
import type { ToldBehavior } from '../protocol/fields.ts';
import type { IntroductionOutput } from './output.ts';

/** What the other is told of this side. Whoever gathers it may add to it, and gets the same object back. */
export interface Told {
  /** As SDP lines. */
  readonly candidates: readonly string[];
  readonly behavior: ToldBehavior;
}

export interface HeldTicket {
  readonly username: string;
  readonly password: string;
  /** From when on another one is asked for in its place. */
  readonly renewAt: number;
}

/** Where this side stands with the server. */
export type RoomPhase =
  /** `by`: until when a join that is refused for a while is tried again. */
  | { readonly kind: 'joining'; readonly by: number }
  /** A pause before the next join. */
  | { readonly kind: 'pausing'; readonly until: number; readonly by: number }
  | {
      readonly kind: 'joined';
      /** The server's other UDP port. */
      readonly altPort: number;
      ticket: HeldTicket;
      /** Whether a binding has ended since the join, however. */
      hasBound: boolean;
    }
  | { readonly kind: 'over' };

/** A peer that is wanted, or was introduced. */
export interface Peer<T extends Told> {
  readonly id: string;
  readonly waitMs: number;
  /** `wanted`: to be asked for. `asked`: waited for. */
  phase: 'wanted' | 'asked' | 'introduced';
  /** Until when it is waited for: from the first ask on for good. */
  by: number;
  hasBeenAsked: boolean;
  /** With the last ask; null before one. */
  told: T | null;
}

export interface State<T extends Told> {
  /** From one binding of the socket to the next. */
  readonly refreshMs: number;
  /** The least time between two bindings, or requests for a ticket. */
  readonly gapMs: number;
  /** How long a lost server is tried when nobody is waited for. */
  readonly patienceMs: number;
  phase: RoomPhase;
  /** From the last `joined`; undefined before one. */
  resumeKey: string | undefined;
  joinedAt: number;
  lostAt: number;
  /** Attempts to come back since the last connection that held. */
  returns: number;
  /** When the socket is to be bound next, and when it was last begun. */
  bindAt: number;
  boundAt: number;
  /** The number of the binding that is under way; null when none is. */
  binding: number | null;
  bindings: number;
  /** Tickets that were refused in a row. */
  refusals: number;
  /** This side's endpoint, as the server last saw it. */
  own: Endpoint | null;
  /** For which endpoint the candidates are being gathered; null when they are not. */
  gatheringFor: Endpoint | null;
  readonly peers: Map<string, Peer<T>>;
  /** What the last input led to, until it is taken. */
  outputs: IntroductionOutput<T>[];
}

/** Those that are asked for and have not been introduced. */
export function waiting<T extends Told>({ peers }: State<T>): readonly Peer<T>[] {
  return [...peers.values()].filter(({ phase }) => phase !== 'introduced');
}
