/** Sends datagrams at a bounded rate, and no faster than the system takes them. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

const BURST = 100;

export interface Paced {
  readonly count: number;
  readonly perSecond: number;
  /** The datagram of that number, and the port of 127.0.0.1 that it goes to. */
  /** Whether what was sent before has been read; left out, nothing is waited for. */
  readonly isRead?: (() => boolean) | undefined;
  readonly datagram: (index: number) => { readonly bytes: Uint8Array; readonly port: number };
}

/** Resolves when all are sent; the sockets take turns. */
export async function sendPaced(
  sockets: readonly Socket[],
  { count, perSecond, isRead, datagram }: Paced,
): Promise<void> {
  const startedAt = performance.now();
  for (let sent = 0; sent < count; ) {
    const burst = Math.min(BURST, count - sent);
    await Promise.all(
      Array.from({ length: burst }, (_, index) => {
        const { bytes, port } = datagram(sent + index);
        const socket = sockets[(sent + index) % sockets.length];
        return new Promise<void>((resolve, reject) => {
          if (!socket) resolve();
          else socket.send(bytes, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
        });
      }),
    );
    sent += burst;
    // Nothing else in this process would have a turn.
    await new Promise((resolve) => setImmediate(resolve));
    while (isRead && !isRead()) await wait(1);
    const aheadMs = startedAt + (sent * 1_000) / perSecond - performance.now();
    if (aheadMs > 1) await wait(aheadMs);
  }
}

/** Opens that many sockets, each in a network of its own, so that none uses up what the server grants to others. */
export async function openStrangers(count: number): Promise<AsyncDisposable & { readonly sockets: readonly Socket[] }> {
  const sockets = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
      // All of 127.0.0.0/8 is this host; replies are of no interest.
      socket.bind(0, `127.${10 + (index >> 8)}.${index & 255}.1`).on('message', () => {});
      await once(socket, 'listening');
      return socket;
    }),
  );
  return {
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.close();
    },
  };
}
