/** The path that an agent opens in the simulated network, as its holder uses it, as src/punch/path is one over real sockets. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { IceEvent } from '../../../src/ice/event.ts';
import type { PathSession } from '../../../src/punch/attempt/path-session.ts';
import { type PathState, STATE_AFTER } from '../../../src/punch/attempt/path-state.ts';
import type { Host, UdpSocket } from '../network/host.ts';
import type { SimRelay } from './room/relay.ts';

/** How many datagrams of the peer are kept until there is a receiver, as in src/punch/path. */
const MAX_EARLY = 64;

export interface SimPath {
  /** Sends data to the peer; it is dropped when there is no selected pair any more. */
  readonly send: (bytes: Uint8Array) => void;
  /** Sets the receiver of the peer's data, which gets what came earlier at once. */
  readonly onData: (receive: (bytes: Uint8Array) => void) => void;
  readonly state: () => PathState;
  /** Sends a datagram where data was sent last, also once the path has ended. */
  readonly ping: (bytes: Uint8Array) => void;
  /** Ends the path, and tells the peer. */
  readonly leave: () => void;
}

export interface DrivenSimPath extends SimPath {
  readonly note: (event: IceEvent) => void;
  readonly deliver: (bytes: Uint8Array) => void;
}

export function createSimPath(
  { selected }: Pick<PathSession, 'selected'>,
  options: {
    readonly host: Pick<Host, 'sendFrom'>;
    readonly sockets: ReadonlyMap<string, UdpSocket | SimRelay>;
    readonly leave: () => void;
  },
): DrivenSimPath {
  const { host, sockets, leave } = options;
  const early: Uint8Array[] = [];
  let receive: ((bytes: Uint8Array) => void) | null = null;
  let state: PathState = 'live';
  let way: { readonly socket: UdpSocket | SimRelay; readonly to: Endpoint } | null = null;
  return {
    send: (bytes) => {
      const pair = selected();
      const socket = pair && sockets.get(pair.socket);
      if (!socket) return;
      way = { socket, to: pair.remote.endpoint };
      socket.send(pair.remote.endpoint, bytes);
    },
    onData: (next) => {
      receive = next;
      for (const bytes of early.splice(0)) next(bytes);
    },
    state: () => state,
    ping: (bytes) => {
      if (!way) return;
      if ('local' in way.socket) host.sendFrom(way.socket.local, way.to, bytes);
      else way.socket.send(way.to, bytes);
    },
    leave,
    note: ({ kind }) => {
      state = STATE_AFTER[kind] ?? state;
    },
    deliver: (bytes) => {
      if (receive) receive(bytes);
      else if (early.length < MAX_EARLY) early.push(bytes);
    },
  };
}
