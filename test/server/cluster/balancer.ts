/** A load balancer for the rendezvous of some servers: it asks each whether it is ready, and passes connections on in turn. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const LOOK_MS = 50;

interface Place {
  readonly address: string;
  readonly port: number;
}

export interface Balancer extends AsyncDisposable {
  readonly url: string;
  /** Resolves when so many servers are ready, as it has seen them last. */
  readonly ready: (count: number) => Promise<void>;
}

/** The servers may end, and come back at the same places. */
export async function startBalancer(places: readonly Place[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let ready: readonly Place[] = [];
  let onLook = (): void => {};
  const ended = new AbortController();
  const looking = (async () => {
    while (!ended.signal.aborted) {
      const answers = await Promise.all(places.map(isReady));
      ready = places.filter((_, index) => answers[index]);
      onLook();
      // A balancer looks now and then, whatever happens.
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  })();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
  };
  let turn = 0;
  const server = createServer((client) => {
    keep(client);
    const place = ready[turn++ % ready.length];
    if (!place) return void client.destroy();
    const service = connect(place.port, place.address);
    keep(service);
    client.pipe(service).pipe(client);
    client.on('close', () => service.destroy());
    service.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready: (count) =>
      new Promise((resolve) => {
        onLook = () => ready.length === count && resolve();
      }),
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await looking;
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

async function isReady({ address, port }: Place): Promise<boolean> {
  try {
    const response = await fetch(`http://${address}:${port}/readyz`, { headers: { connection: 'close' } });
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}
