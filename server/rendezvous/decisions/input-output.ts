/** What the rendezvous is told, and what it wants done. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { StunOffer } from '../../../src/rendezvous/protocol/fields.ts';
import type { ServerMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import type { NodeRelay } from '../../turn/choice/offer.ts';

/** An id whose owner has a resume key with that digest. */
export interface KeptId {
  readonly id: string;
  readonly digest: string;
}

/** What happens; the caller gives each connection a number. */
export type RendezvousInput =
  /**
   * A connection is open; `source` is the name of where it comes from (../../limit/source.ts). Where it is to another
   * node, `stun` is what its peer is told of that one, and `near` its region.
   */
  | {
      readonly kind: 'opened';
      readonly connection: number;
      readonly source: string;
      readonly stun?: StunOffer | undefined;
      readonly near?: string | undefined;
    }
  /** A message has come; a binary one has no text. */
  | { readonly kind: 'message'; readonly connection: number; readonly text: string | null }
  | { readonly kind: 'pong'; readonly connection: number; readonly payload: string }
  /** The peer has pinged, and has been answered. */
  | { readonly kind: 'ping'; readonly connection: number }
  | { readonly kind: 'closed'; readonly connection: number }
  /**
   * A Binding with that ticket, verified, came from that endpoint, which has proven that it receives what is sent to
   * it.
   */
  | { readonly kind: 'bound'; readonly ticket: string; readonly endpoint: Endpoint }
  /** The room comes from another node, with its relay and ids that are kept for their owners; or it goes there. */
  | {
      readonly kind: 'adopt';
      readonly room: string;
      readonly ids: readonly KeptId[];
      readonly relay?: string | undefined;
    }
  | { readonly kind: 'evict'; readonly room: string }
  /** These are the relays that there are. */
  | { readonly kind: 'relays'; readonly relays: readonly NodeRelay[] }
  /** TICK_MS have passed. */
  | { readonly kind: 'tick' }
  /** The server will end before long: nobody opens a room any more, and those who are in one go on. */
  | { readonly kind: 'draining' }
  /** The server is about to end. */
  | { readonly kind: 'closing' };

/** What is to be done for a connection. */
export type ConnectionOutput =
  | { readonly kind: 'send'; readonly connection: number; readonly message: ServerMessage }
  /** Send a WebSocket ping (RFC 6455 §5.5.2) with that payload. */
  | { readonly kind: 'ping'; readonly connection: number; readonly payload: string }
  | { readonly kind: 'close'; readonly connection: number; readonly code: number; readonly reason: string };

/** What is to be done. */
export type RendezvousOutput =
  | ConnectionOutput
  /** Note which relay a room has, for the next home of it. */
  | { readonly kind: 'chosen'; readonly room: string; readonly relay: string }
  /** Tell the relay of another node that the session of that TURN user is there, or has ended. */
  | { readonly kind: 'attend'; readonly relay: string; readonly user: string; readonly isThere: boolean };
