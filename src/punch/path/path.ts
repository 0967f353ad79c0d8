/** An ICE session on real sockets: its events to whoever watches, the peer's own datagrams to whoever reads. */
import { createSocketSet } from '../../net/socket-set.ts';
import type { UdpSocket } from '../../net/udp-socket.ts';
import type { PathSession } from '../attempt/path-session.ts';
import { drive, leave, loseRelay, type PathOwner } from './drive.ts';
import type { PathEnd } from './end.ts';
import { createRecord, setReceiver, setStateReceiver } from './record.ts';
import { maxDatagram, send } from './send.ts';
import type { PathState } from './state.ts';
import { type PathStats, statsOf } from './stats.ts';

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

export interface DrivenPath extends Path {
  /** Lets the session act after it was told something, which `tell` can do; what that throws ends the path. */
  readonly wake: (tell?: () => void) => void;
  /** Ends the path at once where it goes through this side's relay. */
  readonly handleRelayLost: () => void;
  /** Resolves when the path has ended; rejects with what the session, or a callback, threw. */
  readonly ended: Promise<unknown>;
}

export interface PathOptions extends PathOwner {
  readonly session: PathSession;
  readonly sockets: Readonly<Record<string, UdpSocket>>;
  /** Whether the session gets more sockets, at the address of the first, when it asks for them; default true. */
  readonly mayOpen?: boolean;
}

/**
 * Drives the session from now on; disposing of the path leaves the peer, gently, and closes the sockets that it asked for.
 * Those given stay the caller's.
 */
export function startPath(options: PathOptions): DrivenPath {
  const { session, sockets, mayOpen = true } = options;
  const [first] = Object.values(sockets);
  const record = createRecord({
    session,
    sockets,
    opened: createSocketSet(first && mayOpen ? first.local.address : null),
  });
  const driver = drive(record, options);
  return {
    send: (bytes) => send(record, bytes),
    maxDatagram: () => maxDatagram(record),
    state: () => record.state,
    onState: (receive) => setStateReceiver(record, receive),
    onData: (receive) => setReceiver(record, receive),
    closed: record.closed.promise,
    stats: () => statsOf(record),
    wake: driver.wake,
    handleRelayLost: () => loseRelay(record, driver),
    ended: driver.result,
    [Symbol.asyncDispose]: () => leave(record, driver),
  };
}
