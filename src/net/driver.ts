/** Drives a sans-IO session over real sockets and the real clock: the one place where the two meet. */
import { type Connect, isCommon, type Output, type Session, type Transmit } from '../session.ts';
import { tryConnect } from './tcp-connect.ts';
import type { UdpSocket } from './udp-socket.ts';

/** Far more than any session has to say at one moment; one that goes on after it never waits. */
const OUTPUTS_AT_ONCE_MAX = 100_000;
/** What a timer of Node takes, 24.8 days: for more it fires at once. Waking a session too early is harmless. */
export const TIMER_MAX_MS = 2 ** 31 - 1;

export interface Driver<Result> {
  /**
   * Rejects with the signal's reason when aborted, and with what the session or a callback of its owner throws, whatever
   * called it: nothing of it escapes to a timer or a socket.
   */
  readonly result: Promise<Result>;
  /** Lets the session act after its owner changed it; the change can be made by `tell`, which then may throw like the session. */
  readonly wake: (tell?: () => void) => void;
  /** One more for a name that the session uses from now on. */
  readonly addSocket: (name: string, socket: UdpSocket) => void;
}

/** The monotonic clock in milliseconds that every session is driven by. */
export function now(): number {
  return performance.now();
}

/** Starts at once. The sockets, one for each name the session uses, stay the caller's to close. */
export function startDriver<Result, Extra extends { readonly kind: string } = never>(options: {
  readonly session: Session<Result, Extra>;
  readonly sockets: Readonly<Record<string, UdpSocket>>;
  /** Takes what the session gives beyond the outputs that every driver knows. */
  readonly onOutput?: (output: Extra) => void;
  readonly signal?: AbortSignal | undefined;
}): Driver<Result> {
  const { session, onOutput, signal } = options;
  const sockets = new Map<string, UdpSocket>();
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const ended = new AbortController();
  let isPumping = false;
  let timer: NodeJS.Timeout | undefined;

  const end = (settle: () => void): void => {
    clearTimeout(timer);
    ended.abort();
    signal?.removeEventListener('abort', abort);
    settle();
  };
  const abort = (): void => end(() => reject(signal?.reason));

  /** Lets the session take in something, then does all that it wants. */
  const act = (take: () => void): void => {
    if (ended.signal.aborted) return;
    try {
      take();
      // What is said while it is being polled is seen by the next poll.
      if (!isPumping) pump();
    } catch (error) {
      end(() => reject(error));
    }
  };
  const pump = (): void => {
    isPumping = true;
    try {
      for (let outputs = 0; !ended.signal.aborted; outputs++) {
        if (outputs === OUTPUTS_AT_ONCE_MAX) throw new Error(`a session never waits: ${outputs} outputs at one moment`);
        if (obey(session.poll(now()))) return;
      }
    } finally {
      isPumping = false;
    }
  };
  const transmit = ({ socket, to, bytes, ttl }: Transmit): void => {
    const fail = (code: string): void => act(() => session.handleSendFailure(now(), { socket, to, code }));
    sockets.get(socket)?.send(bytes, to, fail, ttl);
  };
  const connect = ({ to }: Connect): void => {
    void tryConnect(to, ended.signal).then(
      (outcome) => act(() => session.handleConnect?.(now(), { to, outcome })),
      (error: unknown) => end(() => reject(error)),
    );
  };
  const wait = (until: number): void => {
    clearTimeout(timer);
    if (until === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(TIMER_MAX_MS, Math.max(0, Math.ceil(until - now())));
    timer = setTimeout(() => act(() => session.handleTimeout(now())), waitMs);
  };
  /** True when there is nothing more to do now. */
  const obey = (output: Output<Result> | Extra): boolean => {
    if (isCommon(output)) {
      switch (output.kind) {
        case 'transmit':
          transmit(output);
          return false;
        case 'connect':
          connect(output);
          return false;
        case 'wait':
          wait(output.until);
          return true;
        case 'done':
          end(() => resolve(output.result));
          return true;
      }
    }
    onOutput?.(output);
    return false;
  };

  const addSocket = (name: string, socket: UdpSocket): void => {
    sockets.set(name, socket);
    socket.onDatagram((bytes, from) => act(() => session.handleDatagram(now(), { socket: name, from, bytes })));
  };
  for (const [name, socket] of Object.entries(options.sockets)) addSocket(name, socket);
  signal?.addEventListener('abort', abort, { once: true });
  const wake = (tell: () => void = () => {}): void => act(tell);
  if (signal?.aborted) abort();
  else wake();
  return { result: promise, wake, addSocket };
}
