/** What the link to a partner is told, and what it wants done. */
import type { HandOver } from '../../stun/decisions/hand-over.ts';
import type { Carry, Transmit } from './pages/message.ts';
import type { Standing } from './standing.ts';

export type PartnerInput =
  /** HELLO_MS have passed. */
  | { readonly kind: 'tick' }
  /** From the partner's primary endpoint. */
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array }
  /** This process ends. */
  | { readonly kind: 'closing' }
  /** A request that the partner is to answer. */
  | { readonly kind: 'hand-over'; readonly handOver: HandOver }
  /** Fragments of this server's pages that the partner is to know. */
  | { readonly kind: 'fragments'; readonly fragments: readonly string[] }
  /** A check for one of this server's pages that the partner is to send. */
  | { readonly kind: 'transmit'; readonly transmit: Transmit }
  /** A datagram that names a fragment of the partner's pages. */
  | { readonly kind: 'carry'; readonly carry: Carry };

export type PartnerOutput =
  /** To the partner's primary endpoint, from our own. */
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** Answer a request that came to the partner. */
  | { readonly kind: 'reply'; readonly handOver: HandOver }
  /** A datagram that came to the partner, and names a fragment of this server's pages. */
  | { readonly kind: 'carried'; readonly carry: Carry }
  /** Send a check for one of the partner's pages. */
  | { readonly kind: 'transmit'; readonly transmit: Transmit }
  /** A fragment of the partner's pages that is known from now on, or no longer. */
  | { readonly kind: 'lease'; readonly fragment: string; readonly isThere: boolean }
  | { readonly kind: 'standing'; readonly standing: Standing };
