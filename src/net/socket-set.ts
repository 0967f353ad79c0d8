/** UDP sockets by name on one local address, opened and closed on request. Disposing of the set closes all of them. */
import { type OpenSocket, openUdpSocket, type UdpSocket } from './udp-socket.ts';

export interface SocketSet extends AsyncDisposable {
  /** Opens a socket; resolves to null when the system refuses it, or when it was closed before it was open. */
  readonly open: (name: string) => Promise<UdpSocket | null>;
  readonly get: (name: string) => UdpSocket | undefined;
  readonly close: (name: string) => void;
}

/** @param address where the sockets are bound; with null every socket is refused. */
export function createSocketSet(address: string | null, openSocket: OpenSocket = openUdpSocket): SocketSet {
  const sockets = new Map<string, UdpSocket>();
  /** The opening and closing under way, which disposal waits for. */
  const pending = new Set<Promise<unknown>>();
  const asked = new Set<string>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const tracked = work.finally(() => pending.delete(tracked));
    pending.add(tracked);
    return tracked;
  };
  const close = (name: string): void => {
    asked.delete(name);
    const socket = sockets.get(name);
    sockets.delete(name);
    if (socket) void track(Promise.resolve(socket[Symbol.asyncDispose]()));
  };
  const openOne = async (name: string): Promise<UdpSocket | null> => {
    const socket = address === null ? null : await openSocket({ address, port: 0 }).catch(() => null);
    if (!socket || asked.has(name)) {
      if (socket) sockets.set(name, socket);
      return socket;
    }
    await socket[Symbol.asyncDispose]();
    return null;
  };
  return {
    get: (name) => sockets.get(name),
    open: (name) => {
      asked.add(name);
      return track(openOne(name));
    },
    close,
    [Symbol.asyncDispose]: async () => {
      asked.clear();
      for (const name of [...sockets.keys()]) close(name);
      while (pending.size > 0) await Promise.allSettled([...pending]);
    },
  };
}
