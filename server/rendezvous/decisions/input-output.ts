/** What the rendezvous is told, and what it wants done. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { ServerMessage } from '../../../src/rendezvous/protocol/server-message.ts';

/** A connection is known by a number that its owner gives it. */
export type RendezvousInput =
  /** `source` is the name of where it comes from (../limit/source.ts). */
  | { readonly kind: 'opened'; readonly connection: number; readonly source: string }
  /** Null is a binary message. */
  | { readonly kind: 'message'; readonly connection: number; readonly text: string | null }
  | { readonly kind: 'pong'; readonly connection: number; readonly payload: string }
  /** The peer pings, which is answered already. */
  | { readonly kind: 'ping'; readonly connection: number }
  | { readonly kind: 'closed'; readonly connection: number }
  /** A Binding with that ticket, verified, came from that endpoint, which has proven to receive what is sent to it. */
  | { readonly kind: 'bound'; readonly ticket: string; readonly endpoint: Endpoint }
  /** To be given every TICK_MS. */
  | { readonly kind: 'tick' }
  /** The server is about to end. */
  | { readonly kind: 'closing' };

export type RendezvousOutput =
  | { readonly kind: 'send'; readonly connection: number; readonly message: ServerMessage }
  /** A WebSocket ping (RFC 6455 §5.5.2) with that payload. */
  | { readonly kind: 'ping'; readonly connection: number; readonly payload: string }
  | { readonly kind: 'close'; readonly connection: number; readonly code: number; readonly reason: string };
