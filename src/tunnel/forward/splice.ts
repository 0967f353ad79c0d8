/** Joins a local connection and a stream of the tunnel, so that each sees of the other what it would see if they were one. */
import type { Socket } from 'node:net';
import { TunnelStreamError } from '../errors.ts';
import type { TunnelStream } from '../tunnel.ts';
import type { HowEnded } from './event.ts';

/**
 * Passes on bytes, the end of each direction by itself, and resets, in both directions. Neither is read faster than the other
 * takes it. Both are closed when it resolves; it never rejects.
 * @param socket it has to allow half-open connections.
 */
export function splice(socket: Socket, stream: TunnelStream): Promise<HowEnded> {
  const { promise, resolve } = Promise.withResolvers<HowEnded>();
  let how: HowEnded = 'ended';
  let open = 2;
  const fail = (why: HowEnded): void => {
    if (how === 'ended') how = why;
    reset(socket);
    stream.destroy();
  };
  const closed = (end: Socket | TunnelStream): void => {
    if (!end.readableEnded || !end.writableFinished) fail('reset');
    open -= 1;
    if (open === 0) resolve(how);
  };
  socket.on('error', () => fail('reset'));
  stream.on('error', (error) => fail(error instanceof TunnelStreamError && error.code === 'lost' ? 'lost' : 'reset'));
  socket.once('close', () => closed(socket));
  stream.once('close', () => closed(stream));
  if (socket.closed) closed(socket);
  socket.pipe(stream);
  stream.pipe(socket);
  return promise;
}

/** Resets a TCP connection (RFC 9293 §3.5.2), and closes one of a socket file, where there are no resets. */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // Node throws where it is asked to reset what is not TCP.
  if ('port' in socket.address()) socket.resetAndDestroy();
  else socket.destroy();
}
