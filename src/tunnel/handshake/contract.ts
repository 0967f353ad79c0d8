/** What a handshake takes and gives, whichever part this side has in it. */
import type { Agreement } from './agreement.ts';
import type { Identity, Role } from './identity.ts';
import type { NoiseLibrary } from './noise.ts';
import type { Payload } from './payload.ts';

export interface HandshakeOptions {
  readonly library: NoiseLibrary;
  readonly identity: Identity;
  readonly role: Role;
  /** See `Carrier.binding`. */
  readonly binding: Uint8Array;
  readonly payload: Payload;
  /** The round trip in milliseconds, where it is known. */
  readonly rttMs: number | null;
  /** How long the whole handshake may take. */
  readonly timeoutMs: number;
}

export type HandshakeInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'datagram'; readonly bytes: Uint8Array }
  /** The peer only measures the path, as `natcheck punch` does. */
  | { readonly kind: 'measured' }
  | { readonly kind: 'timeout' };

export type HandshakeOutput =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** The peer is who it should be, and both sides have, or will have, the keys. Repeated messages are still to be handed in. */
  | { readonly kind: 'agreed'; readonly agreement: Agreement }
  | { readonly kind: 'failed'; readonly failure: HandshakeFailure };

/** `left`: the peer has closed the path before the end of it. `detail` is a sentence. */
export interface HandshakeFailure {
  /**
   * `unreadable`: something came that could not be read, which anybody on the way can bring about. `not-the-peer`: somebody who has
   * the code, and another key than the peer's.
   */
  readonly reason: 'timeout' | 'left' | 'unreadable' | 'other-command' | 'other-version' | 'not-the-peer';
  readonly detail: string;
}

/** Times are milliseconds of one monotonic clock. */
export interface Handshake {
  readonly handle: (now: number, input: HandshakeInput) => readonly HandshakeOutput[];
  /** Returns when `timeout` is due; Infinity when nothing is. */
  readonly wakeAt: () => number;
}
