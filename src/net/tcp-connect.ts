/** One TCP connection attempt that carries no data, to find out whether somebody accepts there. */
import { connect } from 'node:net';
import type { Endpoint } from '../endpoint.ts';
import type { ConnectOutcome } from '../session.ts';

/** Resolves to `failed` when the signal aborts. @throws RangeError when the port is not a valid one. */
export async function tryConnect({ address, port }: Endpoint, signal: AbortSignal): Promise<ConnectOutcome['outcome']> {
  if (signal.aborted) return 'failed';
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
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
