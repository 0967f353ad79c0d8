/** A tunnel as its user sees it: an authenticated, encrypted session with one peer, over paths that may change. */
import type { Duplex } from 'node:stream';

/**
 * A reliable stream with flow control, open in both directions until each side has ended its own. Ending is authenticated: `end`
 * comes only after everything that the peer has written, `finish` only once the peer has everything. Destroying it before that
 * resets it: the peer's stream ends with a TunnelStreamError. So does an iterator (`for await`) that comes to its end before
 * everything was written: listen to `data`, or pipe.
 */
export interface TunnelStream extends Duplex {
  /** The number of the stream in its tunnel, the same for both sides. */
  readonly number: number;
  /** Sends one datagram that belongs to this stream, unreliable and unordered; false when it is dropped at once. */
  readonly sendDatagram: (bytes: Uint8Array) => boolean;
  /** Sets the one receiver of the stream's datagrams. What it throws ends the tunnel as `broken`. */
  readonly onDatagram: (receive: (bytes: Uint8Array) => void) => void;
}

/** A stream that the peer wants to open; exactly one of `accept` and `refuse` is to be called. */
export interface StreamOffer {
  /** What the peer wants it for: up to 512 characters, from the peer and so not to be trusted. */
  readonly request: string;
  readonly accept: () => TunnelStream;
  /** Tells the peer why not, in a sentence of up to 256 characters. */
  readonly refuse: (reason: string) => void;
  /** Aborted when the peer no longer wants it, or the tunnel has ended. */
  readonly signal: AbortSignal;
}

/** Why a tunnel has ended. */
export type TunnelEnd =
  /** The peer has closed it. */
  | { readonly reason: 'peer-left' }
  /** There is no path to the peer any more; `detail` is a sentence. */
  | { readonly reason: 'path-lost'; readonly detail: string }
  /** The peer has come back as another process: what was under way with the former one has ended. */
  | { readonly reason: 'peer-restarted' }
  /** A callback of this side, or the path, has thrown. */
  | { readonly reason: 'broken'; readonly error: unknown }
  /** This side has disposed of it. */
  | { readonly reason: 'own-end' };

/** Disposing of it ends every stream, and tells the peer. */
export interface Tunnel extends AsyncDisposable {
  /**
   * Opens a stream, and resolves once the peer has accepted it.
   * @throws StreamRefusedError when the peer refuses it; TunnelStreamError when the tunnel ends before; the signal's reason when
   * aborted.
   */
  readonly open: (request: string, signal?: AbortSignal) => Promise<TunnelStream>;
  /** Sets the one receiver of the peer's streams. What it throws ends the tunnel as `broken`. */
  readonly onOffer: (receive: (offer: StreamOffer) => void) => void;
  /** Returns the most bytes that `sendDatagram` takes in one datagram now. */
  readonly maxDatagram: () => number;
  readonly stats: () => TunnelStats;
  /** Resolves when the tunnel has ended; never rejects. */
  readonly closed: Promise<TunnelEnd>;
}

export interface TunnelStats {
  /** How the bytes go now; null while there is no path. */
  readonly path: 'direct' | 'relayed' | null;
  /** The round trip through the tunnel, in milliseconds; null where it has not been measured. */
  readonly rttMs: number | null;
  /** The bytes of streams and datagrams, without what carries them. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly streams: number;
}
