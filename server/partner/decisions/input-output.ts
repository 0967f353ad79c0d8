/** What the link to a partner is told, and what it wants done. */
import type { HandOver } from '../../stun/decisions/hand-over.ts';
import type { Standing } from './standing.ts';

export type PartnerInput =
  /** HELLO_MS have passed. */
  | { readonly kind: 'tick' }
  /** From the partner's primary endpoint. */
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array }
  /** This process ends. */
  | { readonly kind: 'closing' }
  /** A request that the partner is to answer. */
  | { readonly kind: 'hand-over'; readonly handOver: HandOver };

export type PartnerOutput =
  /** To the partner's primary endpoint, from our own. */
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** Answer a request that came to the partner. */
  | { readonly kind: 'reply'; readonly handOver: HandOver }
  | { readonly kind: 'standing'; readonly standing: Standing };
