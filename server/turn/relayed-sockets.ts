/** The relayed sockets, opened and closed as the relay says; each has the number of its allocation. */
import type { Endpoint } from '../../src/endpoint.ts';
import { type OpenSocket, openUdpSocket, type UdpSocket } from '../../src/net/udp-socket.ts';

export interface RelayedSockets extends AsyncDisposable {
  readonly open: (allocation: number, at: Endpoint) => void;
  readonly close: (allocation: number) => void;
  readonly send: (
    allocation: number,
    datagram: { readonly to: Endpoint; readonly bytes: Uint8Array },
    onFailure: () => void,
  ) => void;
  /** How many are open, or are being opened or closed. */
  readonly size: () => number;
}

export interface RelayedEvents {
  readonly opened: (allocation: number) => void;
  readonly openFailed: (allocation: number, why: { readonly inUse: boolean }) => void;
  readonly datagram: (allocation: number, from: Endpoint, bytes: Uint8Array) => void;
}

export interface RelayedSocketsOptions extends RelayedEvents {
  readonly openSocket?: OpenSocket | undefined;
}

interface State {
  readonly events: RelayedEvents;
  readonly openSocket: OpenSocket;
  readonly sockets: Map<number, UdpSocket>;
  /** The allocations whose sockets are being opened and are still wanted. */
  readonly opening: Set<number>;
  /** What is being opened or closed. */
  readonly pending: Set<Promise<void>>;
}

export function createRelayedSockets(options: RelayedSocketsOptions): RelayedSockets {
  const { openSocket = openUdpSocket, ...events } = options;
  const state: State = { events, openSocket, sockets: new Map(), opening: new Set(), pending: new Set() };
  const { sockets, opening, pending } = state;
  return {
    open: (allocation, at) => {
      opening.add(allocation);
      track(state, open(state, allocation, at));
    },
    close: (allocation) => close(state, allocation),
    send: (allocation, { to, bytes }, onFailure) => sockets.get(allocation)?.send(bytes, to, onFailure),
    size: () => sockets.size + pending.size,
    [Symbol.asyncDispose]: async () => {
      for (const allocation of [...opening, ...sockets.keys()]) close(state, allocation);
      await Promise.all(pending);
    },
  };
}

function track({ pending }: State, work: Promise<void>): void {
  const tracked = work.finally(() => pending.delete(tracked));
  pending.add(tracked);
}

async function open({ events, openSocket, sockets, opening }: State, allocation: number, at: Endpoint): Promise<void> {
  const [outcome] = await Promise.allSettled([openSocket(at)]);
  const isWanted = opening.delete(allocation);
  if (outcome.status === 'rejected') {
    const { code } = outcome.reason as NodeJS.ErrnoException;
    if (isWanted) events.openFailed(allocation, { inUse: code === 'EADDRINUSE' });
  } else if (isWanted) {
    sockets.set(allocation, outcome.value);
    outcome.value.onDatagram((bytes, from) => events.datagram(allocation, from, bytes));
    events.opened(allocation);
  } else {
    await outcome.value[Symbol.asyncDispose]();
  }
}

function close(state: State, allocation: number): void {
  const { sockets, opening } = state;
  opening.delete(allocation);
  const socket = sockets.get(allocation);
  if (!socket) return;
  sockets.delete(allocation);
  track(state, Promise.resolve(socket[Symbol.asyncDispose]()));
}
