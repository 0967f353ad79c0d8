/** What the relay is told, and what it wants done. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { Host } from './access/known-host.ts';
import type { FiveTuple } from './five-tuple.ts';

export type TurnInput =
  /** One datagram, or one message of a stream. */
  | { readonly kind: 'message'; readonly fiveTuple: FiveTuple; readonly bytes: Uint8Array }
  /** The connection has ended. */
  | { readonly kind: 'closed'; readonly fiveTuple: FiveTuple }
  /** What `open-relay` led to. */
  | { readonly kind: 'opened'; readonly allocation: number }
  | { readonly kind: 'open-failed'; readonly allocation: number; readonly inUse: boolean }
  /** A datagram came to a relayed socket. */
  | { readonly kind: 'from-peer'; readonly allocation: number; readonly from: Endpoint; readonly bytes: Uint8Array }
  /** The host has got, or lost, an address. */
  | ({ readonly kind: 'host' } & Host)
  /** To be given every TICK_MS. */
  | { readonly kind: 'tick' }
  /** The server is about to end. */
  | { readonly kind: 'closing' };

export type TurnOutput =
  /** To the client, whole and padded as its transport has it. `isData`: may be dropped when the client reads slowly. */
  | { readonly kind: 'reply'; readonly fiveTuple: FiveTuple; readonly bytes: Uint8Array; readonly isData: boolean }
  /** From the relayed socket to a peer. */
  | { readonly kind: 'relay'; readonly allocation: number; readonly to: Endpoint; readonly bytes: Uint8Array }
  /** Open a relayed socket right there, and say `opened` or `open-failed`. */
  | { readonly kind: 'open-relay'; readonly allocation: number; readonly at: Endpoint }
  /** Close it, or have it closed as soon as it is open. */
  | { readonly kind: 'close-relay'; readonly allocation: number };
