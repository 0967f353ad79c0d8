/** Makes the handshake over a new path, and goes on with the session that both sides still have, or begins one. */
import type { Carrier } from '../carrier.ts';
import type { HandshakeFailure } from '../handshake/contract.ts';
import type { Identity } from '../handshake/identity.ts';
import type { Session } from './session.ts';

export interface EnterOptions {
  /** By what the two sides know each other. */
  readonly identity: Identity;
  /** 16 random bytes of this process (`randomBytes(16)`), the same for all its sessions. */
  readonly instance: Uint8Array;
  /** The session that this side has with this peer; null for none. */
  readonly session: Session | null;
  /** How long the handshake may take; 10 s if left out. */
  readonly timeoutMs?: number;
  /** How long the session lives on without a path; 60 s if left out. */
  readonly outliveMs?: number;
  readonly signal?: AbortSignal;
}

export type Entered =
  /** Both sides still had the session: its streams go on over the new path. */
  | { readonly kind: 'continued'; readonly session: Session }
  /** A new session. The one of before, if there was one, has ended. */
  | { readonly kind: 'fresh'; readonly session: Session }
  /** Nobody, or not the peer: the carrier has been disposed of, and the session of before is as it was. */
  | { readonly kind: 'failed'; readonly failure: HandshakeFailure };

/**
 * Takes the carrier over, whatever comes of it.
 * @throws the signal's reason when aborted; TunnelUnavailableError where the libraries cannot be loaded.
 */
export declare function enterSession(carrier: Carrier, options: EnterOptions): Promise<Entered>;
