/** An ICE session on real sockets: its events go to whoever watches, and the peer's data to whoever reads. */
import { createSocketSet } from '../../net/socket-set.ts';
import type { OpenSocket, UdpSocket } from '../../net/udp-socket.ts';
import type { PathSession } from '../attempt/path-session.ts';
import { drive, giveUp, leave, loseRelay, type PathOwner } from './drive.ts';
import type { Path } from './path.ts';
import { createRecord, setReceiver, setStateReceiver } from './record.ts';
import { routeOf, setRouteReceiver } from './route.ts';
import { maxDatagram, send } from './send.ts';
import { statsOf } from './stats.ts';

export interface DrivenPath extends Path {
  /** Lets the session act after `tell` has told it something; if `tell` throws, the path ends. */
  readonly wake: (tell?: () => void) => void;
  /** Gives the session one more socket of the caller's. */
  readonly addSocket: (name: string, socket: UdpSocket) => void;
  /** Ends the path at once if it goes through this side's relay. */
  readonly handleRelayLost: () => void;
  /**
   * Ends the path without a word to the peer, who may go on sending: whoever binds the address and port of its socket next
   * has the path. The given sockets are still open then.
   */
  readonly giveUp: () => Promise<void>;
  /** Resolves when the path has ended; rejects with what the session or a callback threw. */
  readonly ended: Promise<unknown>;
}

export interface PathOptions extends PathOwner {
  readonly session: PathSession;
  readonly sockets: Readonly<Record<string, UdpSocket>>;
  /** Whether the session gets more sockets, at the address of the first, when it asks for them; default true. */
  readonly mayOpen?: boolean;
  /** Opens those; default: Node's own sockets. */
  readonly openSocket?: OpenSocket;
}

/**
 * Drives the session from now on. Disposing of the path tells the peer that it ends, and closes the sockets that the session
 * has asked for; the given sockets still belong to the caller.
 */
export function startPath(options: PathOptions): DrivenPath {
  const { session, sockets, mayOpen = true, openSocket } = options;
  const [first] = Object.values(sockets);
  const record = createRecord({
    session,
    sockets: { ...sockets },
    opened: createSocketSet(first && mayOpen ? first.local.address : null, openSocket),
  });
  const driver = drive(record, options);
  return {
    send: (bytes) => send(record, bytes),
    maxDatagram: () => maxDatagram(record),
    state: () => record.state,
    onState: (receive) => setStateReceiver(record, receive),
    onData: (receive) => setReceiver(record, receive),
    route: () => routeOf(record),
    onRoute: (receive) => setRouteReceiver(record, receive),
    closed: record.closed.promise,
    stats: () => statsOf(record),
    wake: driver.wake,
    addSocket: (name, socket) => {
      record.sockets[name] = socket;
      driver.addSocket(name, socket);
    },
    handleRelayLost: () => loseRelay(record, driver),
    giveUp: () => giveUp(record, driver),
    ended: driver.result,
    [Symbol.asyncDispose]: () => leave(record, driver),
  };
}
