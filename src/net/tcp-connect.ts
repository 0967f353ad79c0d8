/** One TCP connection attempt that carries no data, to find out whether somebody accepts there. */
import { connect } from 'node:net';
import type { Endpoint } from '../endpoint.ts';
import type { ConnectOutcome } from '../session.ts';

/**
 * Tries from that local address; the system chooses one where it is undefined.
 * @returns `failed` also when the signal aborts. @throws RangeError when the port is not a valid one.
 */
export async function tryConnect(
  { address: host, port }: Endpoint,
  { localAddress, signal }: { readonly localAddress: string | undefined; readonly signal: AbortSignal },
): Promise<ConnectOutcome['outcome']> {
  if (signal.aborted) return 'failed';
  return new Promise((resolve) => {
    const socket = connect({ host, port, ...(localAddress !== undefined && { localAddress }) });
    const settle = (outcome: ConnectOutcome['outcome']): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve(outcome);
    };
    const abort = (): void => settle('failed');
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => settle('accepted'));
    socket.once('error', () => settle('failed'));
  });
}
