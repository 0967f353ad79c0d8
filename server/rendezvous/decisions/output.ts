/** What the rendezvous wants done. */
import type { ServerMessage } from '../../../src/rendezvous/protocol/server-message.ts';

export type RendezvousOutput =
  | { readonly kind: 'send'; readonly connection: number; readonly message: ServerMessage }
  /** A WebSocket ping (RFC 6455 §5.5.2) with that payload. */
  | { readonly kind: 'ping'; readonly connection: number; readonly payload: string }
  | { readonly kind: 'close'; readonly connection: number; readonly code: number; readonly reason: string };
