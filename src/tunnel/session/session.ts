/**
 * A session: one peer, authenticated once, with streams and datagrams that go on when the path under them changes.
 *
 * How it is used (see enter-session.ts, which does the handshake):
 *
 *     const entered = await enterSession(carrier, { identity, instance, session: current, timeoutMs: 10_000 });
 *     if (entered.kind !== 'failed') current = entered.session;
 */
import type { Role } from '../handshake/identity.ts';
import type { Tunnel, TunnelEnd } from '../tunnel.ts';

/**
 * The session owns each carrier that it is given, from then on: it disposes of it when it has moved to another one, and at its
 * end. It lives on without a path for a while (see `outliveMs`), and ends with `path-lost` then.
 */
export interface Session extends Tunnel {
  /** 16 bytes, the same for both sides: what the next handshake names to go on. */
  readonly id: Uint8Array;
  /** For people to compare where there is no code: the same text on both sides unless somebody is between them. */
  readonly fingerprint: string;
  /** The same for the whole session, whatever part this side has in later handshakes. */
  readonly role: Role;
  /** The random bytes of the peer's process. */
  readonly peerInstance: Uint8Array;
  /** Returns for how long nothing that the peer has authenticated has come, in milliseconds; an idle peer is heard each second. */
  readonly quietForMs: () => number;
  /** Whether it has ended, or is ending. */
  readonly isOver: () => boolean;
  /**
   * Ends it for another reason than disposal: every stream fails as `lost`, and only of `broken` the peer is told. Never rejects.
   */
  readonly end: (end: TunnelEnd) => Promise<void>;
}
