/** Connects to what is exposed, by TCP or by a socket file. */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { connect, type Socket, type SocketConnectOpts } from 'node:net';
import type { Target } from '../grammar/target.ts';

/** How long a target may take to accept: it has got SYNs after 0, 1, 3 and 7 s by then (RFC 6298 §2, §5.5). */
export const CONNECT_TIMEOUT_MS = 10_000;

/** How long one address of a name is tried before the next; at most 2 s (RFC 8305 §5). */
const NEXT_ADDRESS_MS = 1_000;

/**
 * Returns a connection from which nothing has been read.
 * @throws the system's error, with ETIMEDOUT where nothing answered in time; the signal's reason when aborted.
 */
export async function connectTo(
  target: Target,
  { signal, timeoutMs = CONNECT_TIMEOUT_MS }: { readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({
    ...placeOf(target),
    ...{ allowHalfOpen: true, noDelay: true, keepAlive: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const late = setTimeout(() => reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), timeoutMs);
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  // It stays: what fails before somebody else listens shows in that the socket is closed.
  socket.on('error', reject);
  socket.once('connect', () => resolve(socket));
  try {
    return await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', abort);
  }
}

function placeOf(target: Target): SocketConnectOpts {
  if (target.kind === 'unix') return { path: target.path };
  return { host: target.host ?? 'localhost', port: target.port, lookup: lookUpHost };
}

const LOOPBACK: readonly [LookupAddress, LookupAddress] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** Node's `lookup`, by which `localhost` is this host whatever its files and name servers say (RFC 6761 §6.3). */
export function lookUpHost(
  host: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, found: string | LookupAddress[], family?: number) => void,
): void {
  if (host !== 'localhost') lookup(host, options, callback);
  else if (options.all) callback(null, [...LOOPBACK]);
  else callback(null, LOOPBACK[0].address, LOOPBACK[0].family);
}
