/** The relayed sockets: opened and closed as the relay says, each with the number of its allocation. */
import type { Endpoint } from '../../src/endpoint.ts';
import { openUdpSocket, type UdpSocket } from '../../src/net/udp-socket.ts';

export interface RelayedSockets extends AsyncDisposable {
  readonly open: (allocation: number, at: Endpoint) => void;
  readonly close: (allocation: number) => void;
  readonly send: (
    allocation: number,
    datagram: { readonly to: Endpoint; readonly bytes: Uint8Array },
    onFailure: () => void,
  ) => void;
  /** Those that are open, or are being opened or closed. */
  readonly size: () => number;
}

export interface RelayedEvents {
  readonly opened: (allocation: number) => void;
  readonly openFailed: (allocation: number, inUse: boolean) => void;
  readonly datagram: (allocation: number, from: Endpoint, bytes: Uint8Array) => void;
}

export function createRelayedSockets(events: RelayedEvents): RelayedSockets {
  const sockets = new Map<number, UdpSocket>();
  /** Those that are being opened, as long as they are wanted. */
  const opening = new Set<number>();
  const pending = new Set<Promise<void>>();

  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => pending.delete(tracked));
    pending.add(tracked);
  };
  const open = async (allocation: number, at: Endpoint): Promise<void> => {
    const [outcome] = await Promise.allSettled([openUdpSocket(at)]);
    const isWanted = opening.delete(allocation);
    if (outcome.status === 'rejected') {
      if (isWanted) events.openFailed(allocation, (outcome.reason as NodeJS.ErrnoException).code === 'EADDRINUSE');
    } else if (isWanted) {
      sockets.set(allocation, outcome.value);
      outcome.value.onDatagram((bytes, from) => events.datagram(allocation, from, bytes));
      events.opened(allocation);
    } else {
      await outcome.value[Symbol.asyncDispose]();
    }
  };
  const close = (allocation: number): void => {
    opening.delete(allocation);
    const socket = sockets.get(allocation);
    if (!socket) return;
    sockets.delete(allocation);
    track(Promise.resolve(socket[Symbol.asyncDispose]()));
  };
  return {
    open: (allocation, at) => {
      opening.add(allocation);
      track(open(allocation, at));
    },
    close,
    send: (allocation, { to, bytes }, onFailure) => sockets.get(allocation)?.send(bytes, to, onFailure),
    size: () => sockets.size + pending.size,
    [Symbol.asyncDispose]: async () => {
      for (const allocation of [...opening, ...sockets.keys()]) close(allocation);
      await Promise.all(pending);
    },
  };
}
