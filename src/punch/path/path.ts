/** A path to a peer, as its holder sees it. */
import type { Endpoint } from '../../endpoint.ts';
import type { CandidateType } from '../../ice/candidates/candidate.ts';
import type { UdpSocket } from '../../net/udp-socket.ts';
import type { PathState } from '../attempt/path-state.ts';
import type { PathEnd } from './end.ts';

/** An open path. Disposing of it tells the peer. */
export interface Path extends AsyncDisposable {
  /**
   * Sends one datagram to the peer. It may be lost, above all while the path is doubtful.
   * @throws PathSendError when the datagram is not taken: the path is over, or not open yet, or the datagram is too large.
   */
  readonly send: (bytes: Uint8Array) => void;
  /**
   * Returns the most bytes that `send` takes in one datagram now: 65,507 over IPv4, 65,527 over IPv6, 65,400 through a relay,
   * fewer where the opener of sockets was another than Node's; 0 while there is nothing to send on. It is not how many arrive: beyond
   * about 1,200 bytes IP may cut a datagram into fragments, which many NATs drop, and there is no path MTU discovery.
   */
  readonly maxDatagram: () => number;
  readonly state: () => PathState;
  /** Sets the one receiver of each new state, which gets the present state at once unless that is `live`. */
  readonly onState: (receive: (state: PathState) => void) => void;
  /**
   * Sets the one receiver of what the peer sends, which gets what came earlier at once. If it throws, the path ends, and
   * disposing of the path rejects with what it threw.
   */
  readonly onData: (receive: (bytes: Uint8Array) => void) => void;
  /** Returns what the path goes on now; null while there is nothing to send on. */
  readonly route: () => PathRoute | null;
  /** Sets the one receiver of each further route, which is told when another pair of endpoints has been selected. */
  readonly onRoute: (receive: (route: PathRoute) => void) => void;
  /** Resolves as soon as the path's end is known, with why and when; never rejects. */
  readonly closed: Promise<PathEnd>;
  /** Returns what has gone over the path, and how it is doing now. */
  readonly stats: () => PathStats;
}

/** What carries a path: whoever has a protocol of its own for that can use the same socket. */
export interface PathRoute {
  /** The socket that datagrams leave by, which still belongs to the punch. */
  readonly socket: UdpSocket;
  /** Where the peer, or its relay, is reached. */
  readonly to: Endpoint;
  /** Whether `socket` is this side's relay, which has no socket on this host. */
  readonly leavesByRelay: boolean;
  /** Whether there is a relay of either side on the way. */
  readonly isRelayed: boolean;
}

/** One end of a pair. */
export interface PathEndpoint {
  readonly type: CandidateType;
  readonly endpoint: Endpoint;
}

/** This side's end of a pair: `endpoint` is where the peer sees it. */
export interface LocalPathEndpoint extends PathEndpoint {
  /** Where the socket is bound; null where the path leaves by this side's relay. */
  readonly bound: Endpoint | null;
}

/** The numbers count data only, without the checks. Times are milliseconds of the process's monotonic clock (`performance`). */
export interface PathStats {
  /** How many datagrams `send` has taken. */
  readonly datagramsSent: number;
  readonly bytesSent: number;
  /** How many datagrams have come from the peer, read or not; before there is a receiver, 64 are kept. */
  readonly datagramsReceived: number;
  readonly bytesReceived: number;
  /** How many of `datagramsSent` the system or the relay refused afterwards. */
  readonly sendFailures: number;
  /** The round trip that the last check or consent check measured; null while no pair is selected. */
  readonly rttMs: number | null;
  /** The selected pair, or the last one when the path is over; null before the path is open. */
  readonly pair: { readonly local: LocalPathEndpoint; readonly remote: PathEndpoint } | null;
  /** When that pair was selected; null before the path is open. */
  readonly pairSelectedAt: number | null;
  /** How often another pair has been selected in its place. */
  readonly pairSwitches: number;
  /** When the path became open; null before that. */
  readonly openedAt: number | null;
}
