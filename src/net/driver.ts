/** Drives a sans-IO session over real sockets and the real clock: the one place where the two meet. */
import type { Session } from '../session.ts';
import { tryConnect } from './tcp-connect.ts';
import type { UdpSocket } from './udp-socket.ts';

export interface Driver<Result> {
  /** Rejects with the signal's reason when aborted. */
  readonly result: Promise<Result>;
  /** Lets the session act after its owner changed it. */
  readonly wake: () => void;
  /** One more for a name that the session uses from now on. */
  readonly addSocket: (name: string, socket: UdpSocket) => void;
}

/** The monotonic clock in milliseconds that every session is driven by. */
export function now(): number {
  return performance.now();
}

/** Starts at once. The sockets, one for each name the session uses, stay the caller's to close. */
export function startDriver<Result>(options: {
  readonly session: Session<Result>;
  readonly sockets: Readonly<Record<string, UdpSocket>>;
  readonly signal?: AbortSignal | undefined;
}): Driver<Result> {
  const { session, signal } = options;
  const sockets = new Map<string, UdpSocket>();
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const end = (settle: () => void): void => {
    clearTimeout(timer);
    ended.abort();
    signal?.removeEventListener('abort', abort);
    settle();
  };
  const abort = (): void => end(() => reject(signal?.reason));
  const pump = (): void => {
    while (!ended.signal.aborted) {
      const output = session.poll(now());
      switch (output.kind) {
        case 'transmit': {
          const { socket, to, bytes, ttl } = output;
          const fail = (code: string): void => {
            if (ended.signal.aborted) return;
            session.handleSendFailure(now(), { socket, to, code });
            pump();
          };
          sockets.get(socket)?.send(bytes, to, fail, ttl);
          break;
        }
        case 'connect': {
          const { to } = output;
          void tryConnect(to, ended.signal).then((outcome) => {
            if (ended.signal.aborted) return;
            session.handleConnect(now(), { to, outcome });
            pump();
          });
          break;
        }
        case 'wait': {
          clearTimeout(timer);
          if (output.until === Number.POSITIVE_INFINITY) return;
          timer = setTimeout(
            () => {
              session.handleTimeout(now());
              pump();
            },
            Math.max(0, Math.ceil(output.until - now())),
          );
          return;
        }
        case 'done': {
          const { result } = output;
          end(() => resolve(result));
        }
      }
    }
  };

  const addSocket = (name: string, socket: UdpSocket): void => {
    sockets.set(name, socket);
    socket.onDatagram((bytes, from) => {
      if (ended.signal.aborted) return;
      session.handleDatagram(now(), { socket: name, from, bytes });
      pump();
    });
  };
  for (const [name, socket] of Object.entries(options.sockets)) addSocket(name, socket);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  else pump();
  return { result: promise, wake: pump, addSocket };
}
