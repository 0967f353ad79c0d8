/** Where a page stands with the room of its invitation: what comes in, what is to be done, and what is known meanwhile. */
import type { ClientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import type { Role } from '../../../src/rendezvous/protocol/fields.ts';
import type { ServerMessage, ServerMessageOf } from '../../../src/rendezvous/protocol/server-message.ts';
import type { FriendProblem } from '../text.ts';

export type MeetingInput =
  | { readonly kind: 'start' }
  /** The connection that was asked for is open, or has ended. */
  | { readonly kind: 'open' | 'closed' }
  | { readonly kind: 'message'; readonly message: ServerMessage }
  /** A message that is not of this version of the protocol. */
  | { readonly kind: 'unreadable' }
  /** The time of `wakeAt` has come; an earlier timeout is harmless. */
  | { readonly kind: 'timeout' };

export type MeetingOutput =
  /** Open a connection, in place of the former one. */
  | { readonly kind: 'connect' }
  | { readonly kind: 'send'; readonly message: ClientMessage }
  /** The room is joined; that names the STUN and TURN servers. */
  | { readonly kind: 'joined'; readonly joined: ServerMessageOf<'joined'> }
  /** Nobody else is here. */
  | { readonly kind: 'alone' }
  /** Two others are here already; one of them may leave yet. */
  | { readonly kind: 'full' }
  /** The two have asked for each other: signals pass from now on. */
  | { readonly kind: 'met'; readonly peer: string; readonly role: Role }
  | { readonly kind: 'signal'; readonly data: string }
  | { readonly kind: 'parted'; readonly reason: 'left' | 'lost' }
  /** Somebody else has opened the invitation; told once. */
  | { readonly kind: 'crowded' }
  /** The server is lost, and is tried again; or it is back. */
  | { readonly kind: 'server'; readonly is: 'lost' | 'back' }
  /** No connection to the server has opened: the last output. */
  | { readonly kind: 'unconnected' }
  /** The last output. */
  | { readonly kind: 'failed'; readonly problem: FriendProblem; readonly detail: string };

export interface State {
  readonly id: string;
  readonly room: string;
  phase:
    | { readonly kind: 'joined' | 'over' }
    /** Waits for the connection, and then for the room. */
    | { readonly kind: 'connecting'; readonly isOpen: boolean; readonly until: number }
    /** A pause before the next connection. */
    | { readonly kind: 'pausing'; readonly until: number };
  resumeKey: string | undefined;
  /** When the connection was lost; null while there is one, or was none yet. */
  lostAt: number | null;
  /** How many connections in a row have ended without a room. */
  tries: number;
  /** The others, in the order in which they came. */
  readonly others: Set<string>;
  /** The one that is asked for, or was met. */
  friend: { readonly id: string; readonly isMet: boolean } | null;
  /** Whether this page is one of the first two. */
  isSeated: boolean;
  /** When a third one goes; null while there is nothing to wait for. */
  fullUntil: number | null;
  isCrowded: boolean;
  outputs: MeetingOutput[];
}

export function createState({ id, room }: Pick<State, 'id' | 'room'>): State {
  return {
    ...{
      id,
      room,
      phase: { kind: 'connecting', isOpen: false, until: Number.POSITIVE_INFINITY },
      resumeKey: undefined,
      lostAt: null,
      tries: 0,
    },
    ...{ others: new Set(), friend: null, isSeated: false, fullUntil: null, isCrowded: false, outputs: [] },
  };
}
