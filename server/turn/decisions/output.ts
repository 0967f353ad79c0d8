/** What the relay wants done. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { FiveTuple } from './five-tuple.ts';

export type TurnOutput =
  /** To the client, whole and padded as its transport has it. `isData`: may be dropped when the client reads slowly. */
  | { readonly kind: 'reply'; readonly fiveTuple: FiveTuple; readonly bytes: Uint8Array; readonly isData: boolean }
  /** From the relayed socket to a peer. */
  | { readonly kind: 'relay'; readonly allocation: number; readonly to: Endpoint; readonly bytes: Uint8Array }
  /** Open a relayed socket right there, and say `opened` or `open-failed`. */
  | { readonly kind: 'open-relay'; readonly allocation: number; readonly at: Endpoint }
  /** Close it, or have it closed as soon as it is open. */
  | { readonly kind: 'close-relay'; readonly allocation: number };
