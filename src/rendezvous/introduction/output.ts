/** What comes in to the introductions of one peer in one room, and what they want done. */
import type { Endpoint } from '../../endpoint.ts';
import type { ClientMessage } from '../protocol/client-message.ts';
import type { TurnServer } from '../protocol/fields.ts';
import type { RefusalCode } from '../protocol/refusal.ts';
import type { Introduction, ServerMessage, ServerMessageOf } from '../protocol/server-message.ts';
import type { TicketBindingResult } from '../ticket-binding.ts';

/** Why a peer is not met: a part of the codes of a punch (punch/report/report.ts has each in words). */
export type IntroductionFailure =
  | 'rendezvous-unreachable'
  | 'rendezvous-refused'
  | 'rendezvous-lost'
  | 'no-route'
  | 'udp-silent'
  | 'no-relay'
  | 'no-peer';

/** How a join ended that gave no session. */
export type NotJoined =
  | {
      readonly outcome: 'refused';
      readonly code: RefusalCode;
      readonly message: string;
      readonly retryInMs?: number | undefined;
    }
  /** The server is ending: another attempt may find its successor. */
  | { readonly outcome: 'closing' }
  /** Nobody speaks the protocol there; the reason is the system's code, or a line. */
  | { readonly outcome: 'unreachable'; readonly reason: string };

export type BindResult =
  | TicketBindingResult
  /** The socket reaches the server through a relay alone, and there is none. */
  | { readonly outcome: 'no-relay'; readonly details: readonly string[] };

export type IntroductionInput<Told> =
  /** Meet that peer; again after an introduction. Its time to come is counted from the first ask on. */
  | { readonly kind: 'want'; readonly peer: string; readonly waitMs: number }
  /** That peer is wanted no more. */
  | { readonly kind: 'forget'; readonly peer: string }
  /** For a peer that was introduced; lost when the server is. */
  | { readonly kind: 'signal'; readonly peer: string; readonly data: string }
  /** `address`: the server's IP address. */
  | { readonly kind: 'joined'; readonly joined: ServerMessageOf<'joined'>; readonly address: string }
  | ({ readonly kind: 'not-joined' } & NotJoined)
  | { readonly kind: 'message'; readonly message: Exclude<ServerMessage, { readonly type: 'joined' }> }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  | { readonly kind: 'bound'; readonly binding: number; readonly result: BindResult }
  | { readonly kind: 'gathered'; readonly told: Told }
  /** When `wakeAt` has come; earlier ones are harmless. */
  | { readonly kind: 'timeout' };

/** What is heard of a peer after its introduction. */
export type PeerNews =
  /** Its connection was lost for good. */
  | { readonly kind: 'lost' }
  /** It asks for another introduction. */
  | { readonly kind: 'anew' }
  | { readonly kind: 'signal'; readonly data: string };

export type IntroductionOutput<Told> =
  /** Open a connection and join; answered by `joined` or `not-joined`. */
  | { readonly kind: 'join'; readonly resumeKey: string | undefined }
  | { readonly kind: 'send'; readonly message: ClientMessage }
  /** Bind the punching socket by this ticket, and leave off any binding before it; answered by `bound` with the same number. */
  | {
      readonly kind: 'bind';
      readonly binding: number;
      readonly ticket: { readonly username: string; readonly password: string };
      readonly altPort: number;
    }
  /** Leave off the binding that is under way: its ticket is void. */
  | { readonly kind: 'unbind' }
  /** TURN servers that the rendezvous at `address` names; some may be known. */
  | { readonly kind: 'turn'; readonly servers: readonly TurnServer[]; readonly address: string }
  /** Find out what peers are to be told, this side being seen at `own`; answered by `gathered`. */
  | { readonly kind: 'gather'; readonly own: Endpoint }
  /** The server sees this side at another endpoint than before. */
  | { readonly kind: 'public'; readonly endpoint: Endpoint }
  /** `told`: what the peer was told of this side. */
  | { readonly kind: 'introduced'; readonly introduction: Introduction; readonly at: number; readonly told: Told }
  | { readonly kind: 'news'; readonly peer: string; readonly news: PeerNews }
  /** A peer that is not wanted here asks for this one. */
  | { readonly kind: 'incoming'; readonly peer: string }
  /** That peer is waited for no more. */
  | {
      readonly kind: 'not-introduced';
      readonly peer: string;
      readonly reason: IntroductionFailure;
      readonly detail: string | null;
    }
  /** Nobody can be met in this room any more; nothing comes after it. */
  | { readonly kind: 'failed'; readonly reason: IntroductionFailure; readonly detail: string | null }
  /** One line about what is out of the ordinary. */
  | { readonly kind: 'notice'; readonly text: string };
