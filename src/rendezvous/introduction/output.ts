/** The inputs and outputs of the introductions of one peer in one room. */
import type { Endpoint } from '../../endpoint.ts';
import type { ClientMessage } from '../protocol/client-message.ts';
import type { StunOffer, TurnServer } from '../protocol/fields.ts';
import type { RefusalCode } from '../protocol/refusal.ts';
import type { Introduction, ServerMessage, ServerMessageOf } from '../protocol/server-message.ts';
import type { TicketBindingResult } from '../ticket-binding.ts';

/** Why a peer was not met. Each code is also one of a punch, where it has a text (punch/report/report.ts). */
export type IntroductionFailure =
  | 'rendezvous-unreachable'
  | 'rendezvous-refused'
  | 'rendezvous-lost'
  | 'no-route'
  | 'udp-silent'
  | 'no-relay'
  | 'no-peer';

/** How a join ended without a session. */
export type NotJoined =
  | {
      readonly outcome: 'refused';
      readonly code: RefusalCode;
      readonly message: string;
      readonly retryInMs?: number | undefined;
    }
  /** The server is shutting down; another attempt may find its successor. */
  | { readonly outcome: 'closing' }
  /** Nobody there speaks the protocol; the reason is the system's code, or one line of text. */
  | { readonly outcome: 'unreachable'; readonly reason: string; readonly sign: ServerSign };

/** What a failed connection shows of the server, and so whether another attempt may fare better. */
export type ServerSign =
  /** Nothing answers there: the server is not started, or starts just now. */
  | 'absent'
  /** The connection was taken, and then ended or left without an answer: the server has died, or starts just now. */
  | 'broken-off'
  /** What is there is no server for this client, or its name has no address: another attempt ends in the same way. */
  | 'wrong';

export type BindResult =
  | TicketBindingResult
  /** The socket can reach the server only through a relay, and there is none. */
  | { readonly outcome: 'no-relay'; readonly details: readonly string[] };

/** Where the server of the room takes tickets, as it says itself. */
export type ServerPlace = Pick<StunOffer, 'port' | 'addresses'>;

export type IntroductionInput<Told> =
  /** Meet that peer, or meet it again after an introduction. The time that it has to come counts from the first ask. */
  | { readonly kind: 'want'; readonly peer: string; readonly waitMs: number }
  /** That peer is no longer wanted. */
  | { readonly kind: 'forget'; readonly peer: string }
  /** Relay a signal to a peer that was introduced; it is lost if the server is lost. */
  | { readonly kind: 'signal'; readonly peer: string; readonly data: string }
  /** `address` is the server's IP address. */
  | { readonly kind: 'joined'; readonly joined: ServerMessageOf<'joined'>; readonly address: string }
  | ({ readonly kind: 'not-joined' } & NotJoined)
  | { readonly kind: 'message'; readonly message: Exclude<ServerMessage, { readonly type: 'joined' }> }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  | { readonly kind: 'bound'; readonly binding: number; readonly result: BindResult }
  | { readonly kind: 'second-bound'; readonly binding: number; readonly result: BindResult }
  /** `gathering` is the number that `gather` had. */
  | { readonly kind: 'gathered'; readonly gathering: number; readonly told: Told }
  /** What peers can be told has changed since it was gathered. */
  | { readonly kind: 'changed' }
  /** This side's network may be another one by now, or its router may have forgotten: the sockets are to be shown again. */
  | { readonly kind: 'doubt' }
  /** The time of `wakeAt` has come; an earlier timeout is harmless. */
  | { readonly kind: 'timeout' };

/** What is heard of a peer after its introduction. */
export type PeerNews =
  /** The peer's connection was lost for good. */
  | { readonly kind: 'lost' }
  /** The peer asks for another introduction. */
  | { readonly kind: 'anew' }
  /** Both have asked for another introduction and have it: nobody follows the former one any more. */
  | { readonly kind: 'replaced' }
  | { readonly kind: 'signal'; readonly data: string };

export type IntroductionOutput<Told> =
  /** Open a connection and join; answered by `joined` or `not-joined`. */
  | { readonly kind: 'join'; readonly resumeKey: string | undefined }
  | { readonly kind: 'send'; readonly message: ClientMessage }
  /** Bind the punching socket by this ticket, and stop any earlier binding; answered by `bound` with the same number. */
  | {
      readonly kind: 'bind';
      readonly binding: number;
      readonly ticket: { readonly username: string; readonly password: string };
      readonly altPort: number;
      readonly place: ServerPlace;
      /** Whether the server is another one than at first. */
      readonly hasMoved: boolean;
    }
  /**
   * Bind a second socket, over IPv6, by this ticket at that server, if this host may send there on the word of who has named
   * it; answered by `second-bound` with the same number.
   */
  | {
      readonly kind: 'bind-second';
      readonly binding: number;
      readonly ticket: { readonly username: string; readonly password: string };
      readonly server: Endpoint;
      readonly namedBy: string;
    }
  /** Stop the bindings that are under way: their tickets are void. */
  | { readonly kind: 'unbind' }
  /** The server that was joined has these addresses and another UDP port, and names STUN servers of others as `HOST[:PORT]`. */
  | {
      readonly kind: 'stun';
      readonly addresses: readonly string[];
      readonly altPort: number;
      readonly servers: readonly string[];
    }
  /** The rendezvous at `address` names these TURN servers, some of which may be known already. */
  | { readonly kind: 'turn'; readonly servers: readonly TurnServer[]; readonly address: string }
  /**
   * Gather what peers are to be told, now that the server sees this side at `own`, and its second socket at `own6`; answered
   * by `gathered`.
   */
  | {
      readonly kind: 'gather';
      readonly gathering: number;
      readonly own: Endpoint;
      readonly own6: Endpoint | null;
    }
  /** The server sees this side at a new endpoint. */
  | { readonly kind: 'public'; readonly endpoint: Endpoint }
  /** The server sees the second socket at another endpoint than before, or does not see it any more. */
  | { readonly kind: 'second'; readonly endpoint: Endpoint | null }
  /** `told` is what the peer was told about this side. */
  | { readonly kind: 'introduced'; readonly introduction: Introduction; readonly at: number; readonly told: Told }
  | { readonly kind: 'news'; readonly peer: string; readonly news: PeerNews }
  /** That peer is in the room, or has come into it, as the server tells; again after each join. */
  | { readonly kind: 'present'; readonly peer: string }
  /** A peer that is not wanted yet asks for this one. */
  | { readonly kind: 'incoming'; readonly peer: string }
  /** That peer is no longer waited for. */
  | {
      readonly kind: 'not-introduced';
      readonly peer: string;
      readonly reason: IntroductionFailure;
      readonly detail: string | null;
    }
  /** Nobody can be met in this room any more; this is the last output. */
  | { readonly kind: 'failed'; readonly reason: IntroductionFailure; readonly detail: string | null }
  /** One line of text about something unusual. */
  | { readonly kind: 'notice'; readonly text: string };
