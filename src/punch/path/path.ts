/** A path to a peer, as its holder sees it. */
import type { Endpoint } from '../../endpoint.ts';
import type { CandidateType } from '../../ice/candidates/candidate.ts';
import type { PathEnd } from './end.ts';
import type { PathState } from './state.ts';

/** Disposing of it tells the peer. */
export interface Path extends AsyncDisposable {
  /**
   * Sends one datagram to the peer, who may not hear it, in doubt above all.
   * @throws PathSendError when it is not taken: the path is over, or not open yet, or the datagram is too large.
   */
  readonly send: (bytes: Uint8Array) => void;
  /**
   * Gives the most bytes that `send` takes in one datagram now: 65,507 over IPv4, 65,527 over IPv6, 65,400 through a relay;
   * 0 while there is nothing to send on. It is not how many arrive: beyond about 1,200 bytes IP may cut a datagram into
   * fragments, which many NATs drop, and there is no path MTU discovery.
   */
  readonly maxDatagram: () => number;
  readonly state: () => PathState;
  /** Sets the one receiver of each new state; it is given the present one at once, unless that is `live`. */
  readonly onState: (receive: (state: PathState) => void) => void;
  /**
   * Sets the one receiver of what the peer sends; what came before is given to it at once. If it throws, the path ends, and
   * disposing of it rejects with that.
   */
  readonly onData: (receive: (bytes: Uint8Array) => void) => void;
  /** Resolves as soon as the path's end is known, with why and when; never rejects. */
  readonly closed: Promise<PathEnd>;
  /** Gives what has gone over the path, and how it goes now. */
  readonly stats: () => PathStats;
}

/** One end of a pair. */
export interface PathEndpoint {
  readonly type: CandidateType;
  readonly endpoint: Endpoint;
}

/** The numbers are of data alone, without the checks. Times are milliseconds of the process's monotonic clock (`performance`). */
export interface PathStats {
  /** What `send` has taken. */
  readonly datagramsSent: number;
  readonly bytesSent: number;
  /** What has come from the peer, read or not: of what comes before there is a receiver, 64 datagrams are kept. */
  readonly datagramsReceived: number;
  readonly bytesReceived: number;
  /** Those of `datagramsSent` that the system, or the relay, refused afterwards. */
  readonly sendFailures: number;
  /** The round trip that was measured last, by a check or a consent check; null while no pair is selected. */
  readonly rttMs: number | null;
  /** The selected pair, or the last one when the path is over; null before the path is open. */
  readonly pair: { readonly local: PathEndpoint; readonly remote: PathEndpoint } | null;
  /** Since when that pair is selected; null before the path is open. */
  readonly pairSelectedAt: number | null;
  /** How often another pair has taken its place. */
  readonly pairSwitches: number;
  /** Since when the path is open; null before. */
  readonly openedAt: number | null;
}
