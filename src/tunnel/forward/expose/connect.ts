/** Connects to what is exposed, by TCP or by a socket file. */
import { connect, type Socket, type SocketConnectOpts } from 'node:net';
import { unlessAborted } from '../../../net/waits.ts';
import type { Target } from '../grammar/target.ts';
import { addressesOf } from './target-addresses.ts';

/** How long a target may take to accept: it has got SYNs after 0, 1, 3 and 7 s by then (RFC 6298 §2, §5.5). */
export const CONNECT_TIMEOUT_MS = 10_000;

/** After how long the next address of a name is tried as well (RFC 8305 §5, Connection Attempt Delay). */
const NEXT_ADDRESS_MS = 250;

/**
 * Returns a connection from which nothing has been read.
 * @throws the system's error, with ETIMEDOUT where nothing answered in time; the signal's reason when aborted.
 */
export async function connectTo(
  target: Target,
  { signal, timeoutMs = CONNECT_TIMEOUT_MS }: { readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<Socket> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), timeoutMs);
  const either = AbortSignal.any([signal, late.signal]);
  try {
    if (target.kind === 'unix') return await connectFirst([{ path: target.path }], { signal: either });
    const { addresses, isLoopback } = await unlessAborted(addressesOf(target.host), either);
    const places = addresses.map((host) => ({ host, port: target.port }));
    return await connectFirst(places, { signal: either, ...(isLoopback ? {} : { nextAfterMs: NEXT_ADDRESS_MS }) });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Tries each place once the one before has failed, or has not answered for `nextAfterMs`; those that are under way go on.
 * @throws the error of the first place when all have failed; the signal's reason when aborted.
 */
async function connectFirst(
  places: readonly SocketConnectOpts[],
  { signal, nextAfterMs }: { readonly signal: AbortSignal; readonly nextAfterMs?: number },
): Promise<Socket> {
  const connected = Promise.withResolvers<Socket>();
  const failures: (Error | null)[] = places.map(() => null);
  const sockets: Socket[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const tryNext = (): void => {
    clearTimeout(timer);
    const index = sockets.length;
    const place = places[index];
    if (!place) return;
    if (nextAfterMs !== undefined) timer = setTimeout(tryNext, nextAfterMs);
    const socket = connect({ ...place, allowHalfOpen: true, noDelay: true, keepAlive: true });
    sockets.push(socket);
    socket.once('connect', () => connected.resolve(socket));
    // It stays: what fails before somebody else listens shows in that the socket is closed.
    socket.on('error', (error) => {
      if (isOver) return;
      failures[index] ??= error;
      if (failures.every((failure) => failure !== null)) connected.reject(failures[0]);
      else if (index === sockets.length - 1) tryNext();
    });
  };
  let winner: Socket | null = null;
  try {
    signal.throwIfAborted();
    tryNext();
    winner = await unlessAborted(connected.promise, signal);
    return winner;
  } finally {
    isOver = true;
    clearTimeout(timer);
    for (const socket of sockets) if (socket !== winner) socket.destroy();
  }
}
