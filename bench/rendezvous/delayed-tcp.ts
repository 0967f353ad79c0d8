/** A TCP service that is a round trip away: what is sent through it comes half of that later, and first of all its connection opens. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface DelayedService extends AsyncDisposable {
  readonly port: number;
}

/** Passes on to that port of loopback; null for one that is dead, and takes every connection without ever saying anything. */
export async function startDelayed(target: number | null, roundTripMs: number): Promise<DelayedService> {
  const open = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    if (target === null) return;
    const service = keep(connect(target, '127.0.0.1'));
    // On loopback the connection is open at once, and elsewhere a round trip later.
    const openAt = performance.now() + roundTripMs;
    pass(client, service, () => Math.max(0, openAt - performance.now()) + roundTripMs / 2);
    pass(service, client, () => roundTripMs / 2);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function pass(from: Socket, to: Socket, delayMs: () => number): void {
  from.on('data', (bytes) => setTimeout(() => to.destroyed || to.write(bytes), delayMs()));
  from.on('close', () => setTimeout(() => to.destroy(), delayMs()));
}
