/** The tunnel that new streams go through now, and the wait for the next one while there is none. */
import { TunnelStreamError } from '../../errors.ts';
import type { Tunnel, TunnelStream } from '../../tunnel.ts';
import type { Clock } from '../clock.ts';

/** How long a connection waits while there is no tunnel: one that comes back by a new punch is there within this. */
export const TUNNEL_WAIT_MS = 5_000;
/** How long opening a stream may take: more than the other side gives its target, and a tunnel that finds another path. */
const OPEN_MAX_MS = 20_000;

export interface Opened {
  /** Through which the stream goes. */
  readonly tunnel: Tunnel;
  readonly stream: TunnelStream;
}

export interface CurrentTunnel {
  /** Puts a tunnel in the place of the one before. */
  readonly use: (tunnel: Tunnel) => void;
  /**
   * Opens a stream, through the next tunnel where there is none now or where it ends meanwhile.
   * @throws StreamRefusedError; TunnelStreamError when there is no tunnel in time, or no answer; the signal's reason.
   */
  readonly open: (request: string, signal: AbortSignal) => Promise<Opened>;
}

export function createCurrentTunnel(clock: Clock): CurrentTunnel {
  let current: Tunnel | null = null;
  const waiting = new Set<(tunnel: Tunnel) => void>();
  const forget = (tunnel: Tunnel): void => {
    if (current === tunnel) current = null;
  };

  /** @throws the signal's reason; TunnelStreamError when there is no tunnel in time. */
  const next = async (signal: AbortSignal): Promise<Tunnel> => {
    if (current) return current;
    using absent = limit(clock, TUNNEL_WAIT_MS, 'there is no connection to the other side');
    const either = AbortSignal.any([signal, absent.signal]);
    either.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Tunnel>();
    const abort = (): void => reject(either.reason);
    either.addEventListener('abort', abort, { once: true });
    waiting.add(resolve);
    try {
      return await promise;
    } finally {
      waiting.delete(resolve);
      either.removeEventListener('abort', abort);
    }
  };

  return {
    use: (tunnel) => {
      current = tunnel;
      for (const resolve of waiting) resolve(tunnel);
      void tunnel.closed.then(() => forget(tunnel));
    },
    open: async (request, signal) => {
      using slow = limit(clock, OPEN_MAX_MS, 'the other side does not answer');
      const either = AbortSignal.any([signal, slow.signal]);
      for (;;) {
        const tunnel = await next(either);
        try {
          return { tunnel, stream: await tunnel.open(request, either) };
        } catch (error) {
          if (signal.aborted || slow.signal.aborted || !isLost(error)) throw error;
          forget(tunnel);
        }
      }
    },
  };
}

function isLost(error: unknown): boolean {
  return error instanceof TunnelStreamError && error.code === 'lost';
}

function limit(clock: Clock, ms: number, sentence: string): Disposable & { readonly signal: AbortSignal } {
  const over = new AbortController();
  const timer = clock.after(ms, () => over.abort(new TunnelStreamError('lost', sentence)));
  return { signal: over.signal, [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
