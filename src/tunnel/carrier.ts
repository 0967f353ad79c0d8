/** What the streams of a tunnel go over: one path, as the sockets and endpoints that native streams know. */
import type { Endpoint } from '../endpoint.ts';
import type { UdxSocket } from '../net/udx/native.ts';
import type { PathEnd } from '../punch/path/end.ts';
import type { Role } from './handshake/identity.ts';

/** Where native streams are sent now: from this socket, to this endpoint. */
export interface Route {
  /** A UDX socket: the punched one of a direct path, or one on loopback whose other end is bridged to a relayed path. */
  readonly socket: UdxSocket;
  readonly remote: Endpoint;
  readonly kind: 'direct' | 'relayed';
}

/** One path to the peer, on which streams and datagrams go. Disposing of it ends the path. */
export interface Carrier extends AsyncDisposable {
  /**
   * Binds the handshake to this path: the same for both sides, new for each introduction, and known to nobody but them and, where
   * there is no code, the rendezvous.
   */
  readonly binding: Uint8Array;
  /** This side's part in the handshake: the controlling side of the introduction begins it. */
  readonly role: Role;
  readonly route: () => Route;
  /** Sets the one receiver of each new route, when the path has got another pair of endpoints. */
  readonly onRoute: (receive: (route: Route) => void) => void;
  /** Sends one datagram, which may be lost. What the path does not take is dropped; false tells. */
  readonly send: (bytes: Uint8Array) => boolean;
  /** Sets the one receiver of the peer's datagrams, those of streams excluded; it gets what came earlier at once. */
  readonly onDatagram: (receive: (bytes: Uint8Array) => void) => void;
  /** Returns the most bytes that one datagram may have. */
  readonly maxDatagram: () => number;
  /** The round trip that the path last measured, in milliseconds; null where it has not. */
  readonly rttMs: () => number | null;
  /** Resolves when the path has ended; never rejects. */
  readonly closed: Promise<PathEnd>;
}
