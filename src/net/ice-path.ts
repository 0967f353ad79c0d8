/** An ICE agent on real sockets: its events to whoever watches, the peer's own datagrams to whoever reads. */
import type { IceAgent } from '../ice/agent.ts';
import type { IceEvent } from '../ice/event.ts';
import type { Session } from '../session.ts';
import { type Driver, now, startDriver } from './driver.ts';
import type { UdpSocket } from './udp-socket.ts';

/** The name in the agent of the socket that every punch begins with. */
export const PUNCH_SOCKET = 'punch';

/**
 * The controlling side is connected once the other has answered its nomination, whose own check may still be open then:
 * who ends the path at once goes on answering for so long, or until data shows that the peer has its path too.
 */
const LINGER_MS = 300;
const LINGER_RTTS = 4;
/** Datagrams of the peer kept for a receiver that is not there yet. */
const MAX_EARLY = 64;

export interface IcePath extends AsyncDisposable {
  /** Sends one datagram to the peer; false when there is no path, or none any more. */
  readonly send: (bytes: Uint8Array) => boolean;
  /** Sets the one receiver of what the peer sends; what came before is given to it at once. */
  readonly onData: (receive: (bytes: Uint8Array) => void) => void;
}

export interface DrivenPath extends IcePath {
  /** Lets the agent act after it was told something. */
  readonly wake: () => void;
  /** One more socket for the agent, by the name that its candidates have. */
  readonly addSocket: (name: string, socket: UdpSocket) => void;
}

/** Drives the agent from now on; disposing of the path closes the agent, gently. The sockets stay the caller's. */
export function startIcePath(options: {
  readonly agent: IceAgent;
  readonly socket: UdpSocket;
  readonly onEvent: (event: IceEvent) => void;
}): DrivenPath {
  const { agent, socket, onEvent } = options;
  const early: Uint8Array[] = [];
  /** Until when the peer may need answers. */
  let answersUntil = Number.NEGATIVE_INFINITY;
  const settled = Promise.withResolvers<void>();
  let receive = (bytes: Uint8Array): void => {
    if (early.length < MAX_EARLY) early.push(bytes);
  };
  const session: Session<'closed'> = {
    sockets: [PUNCH_SOCKET],
    handleDatagram: (at, arrival) => {
      if (agent.handleDatagram(at, arrival) !== 'peer') return;
      settled.resolve();
      receive(arrival.bytes);
    },
    handleSendFailure: agent.handleSendFailure,
    handleConnect: () => {},
    handleTimeout: agent.handleTimeout,
    poll: (at) => {
      for (;;) {
        const output = agent.poll(at);
        if (output.kind === 'closed') {
          settled.resolve();
          return { kind: 'done', result: 'closed' };
        }
        if (output.kind !== 'event') return output;
        const { event } = output;
        if (event.kind === 'connected') answersUntil = event.at + Math.max(LINGER_MS, LINGER_RTTS * event.rttMs);
        onEvent(event);
      }
    },
  };
  const sockets = new Map([[PUNCH_SOCKET, socket]]);
  const driver: Driver<'closed'> = startDriver({ session, sockets: { [PUNCH_SOCKET]: socket } });
  return {
    wake: driver.wake,
    addSocket: (name, added) => {
      sockets.set(name, added);
      driver.addSocket(name, added);
    },
    onData: (next) => {
      receive = next;
      for (const bytes of early.splice(0)) next(bytes);
    },
    send: (bytes) => {
      const pair = agent.selected();
      if (pair) sockets.get(pair.socket)?.send(bytes, pair.remote.endpoint, () => {});
      return pair !== null;
    },
    [Symbol.asyncDispose]: async () => {
      const timer = setTimeout(settled.resolve, answersUntil - now());
      if (answersUntil > now()) await settled.promise;
      clearTimeout(timer);
      agent.close();
      driver.wake();
      await driver.result;
    },
  };
}
