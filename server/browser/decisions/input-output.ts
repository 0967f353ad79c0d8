/** What the measuring of browsers is told, and what it wants done. */

import type { Endpoint, Family } from '../../../src/endpoint.ts';
import type { BrowserSocket } from '../../../src/nat/browser/places.ts';
import type { ServerMessage } from '../../../src/nat/browser/protocol.ts';

/** The server's fragment for a socket of a page: datagrams that name it are for that. */
export interface PageFragment {
  readonly fragment: string;
  readonly family: Family;
  readonly socket: BrowserSocket;
}

export type BrowserInput =
  | { readonly kind: 'opened'; readonly page: number; readonly source: string }
  | { readonly kind: 'closed'; readonly page: number }
  /** `text` is null for a binary message. */
  | { readonly kind: 'message'; readonly page: number; readonly text: string | null }
  /** One that names a fragment which is there. */
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array; readonly local: Endpoint; readonly remote: Endpoint }
  | { readonly kind: 'tick' };

export type BrowserOutput =
  | { readonly kind: 'send'; readonly page: number; readonly message: ServerMessage }
  | { readonly kind: 'close'; readonly page: number; readonly reason: string }
  /** A fragment that datagrams may name from now on, or no longer. */
  | ({ readonly kind: 'fragment'; readonly isThere: boolean } & PageFragment)
  | { readonly kind: 'transmit'; readonly from: Endpoint; readonly to: Endpoint; readonly bytes: Uint8Array };
