/** Targets and clients on loopback, and both sides of a forward over a pair of tunnels in memory. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { SYSTEM_CLOCK } from '../../../src/tunnel/forward/clock.ts';
import type { ForwardEvent } from '../../../src/tunnel/forward/event.ts';
import { createExposure, type ExposureOptions } from '../../../src/tunnel/forward/expose/exposure.ts';
import { parseExposed } from '../../../src/tunnel/forward/grammar/parse-exposed.ts';
import { parseForwards } from '../../../src/tunnel/forward/grammar/parse-forward.ts';
import type { Listen } from '../../../src/tunnel/forward/grammar/target.ts';
import {
  type Forwarding,
  type ForwardingOptions,
  openForwarding,
} from '../../../src/tunnel/forward/listen/forwarding.ts';
import { createTunnelPair, type TunnelPair } from '../tunnel-pair.ts';

export interface Joined extends AsyncDisposable {
  readonly forwarding: Forwarding;
  readonly pair: TunnelPair;
  /** Gives both sides another pair of tunnels. */
  readonly rejoin: () => TunnelPair;
  readonly exposed: readonly ForwardEvent[];
  readonly forwarded: readonly ForwardEvent[];
  /** The port that the first forward listens on. */
  readonly port: number;
}

export interface JoinOptions extends Pick<ExposureOptions, 'clock' | 'idleMs' | 'flowsMax' | 'connectionsMax'> {
  readonly expose: readonly string[];
  readonly forward: readonly string[];
  readonly maxDatagram?: number;
}

export async function join({ expose, forward, maxDatagram = 1_200, ...rest }: JoinOptions): Promise<Joined> {
  const exposed: ForwardEvent[] = [];
  const forwarded: ForwardEvent[] = [];
  const options: Partial<ForwardingOptions> = { clock: SYSTEM_CLOCK, ...rest };
  const exposure = createExposure({
    ...{ ...options, ...rest, targets: parseExposed(expose), onEvent: (event) => exposed.push(event) },
  });
  const forwarding = await openForwarding({
    ...{ ...options, forwards: parseForwards(forward), onEvent: (event) => forwarded.push(event) },
  });
  const rejoin = (): TunnelPair => {
    const pair = createTunnelPair({ maxDatagram });
    exposure.serve(pair.b);
    forwarding.use(pair.a);
    return pair;
  };
  const pair = rejoin();
  return {
    ...{ forwarding, pair, rejoin, exposed, forwarded, port: portOf(forwarding.forwards[0]?.listen) },
    [Symbol.asyncDispose]: async () => {
      await forwarding[Symbol.asyncDispose]();
      exposure[Symbol.dispose]();
      await pair.a[Symbol.asyncDispose]();
    },
  };
}

export function portOf(listen: Listen | undefined): number {
  if (listen?.kind !== 'port') throw new Error('it listens on no port');
  return listen.port;
}

export interface TcpTarget extends AsyncDisposable {
  readonly port: number;
  readonly sockets: readonly Socket[];
  /** Resolves with the next connection. */
  readonly accepted: () => Promise<Socket>;
}

/** Listens on a port that is free, or on a socket file. */
export async function openTarget(
  serve: (socket: Socket) => void = () => {},
  at: string | { readonly host: string; readonly port?: number } = { host: '127.0.0.1' },
): Promise<TcpTarget> {
  const sockets: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  if (typeof at === 'string') server.listen(at);
  else server.listen({ port: 0, ...at });
  await once(server, 'listening');
  return {
    port: typeof at === 'string' ? 0 : (server.address() as AddressInfo).port,
    sockets,
    accepted: async () => (await once(server, 'connection'))[0] as Socket,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends everything back, and ends when the client has. */
export const echo = (socket: Socket): void => void socket.pipe(socket);

/** A client that allows half-open connections; its errors are for whoever looks. */
export async function connectClient(to: number | string): Promise<Socket> {
  const socket =
    typeof to === 'number'
      ? connect({ port: to, host: '127.0.0.1', allowHalfOpen: true })
      : connect({ path: to, allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the end. A loop over the socket would destroy it then. */
export function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => resolve(Buffer.concat(chunks)));
    socket.once('error', reject);
  });
}

/** The code with which a connection fails. */
export async function failureOf(socket: Socket): Promise<string> {
  socket.resume();
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code ?? error.message;
}

export interface UdpEnd extends AsyncDisposable {
  readonly socket: UdpSocket;
  readonly port: number;
  readonly received: readonly string[];
  readonly send: (text: string, port: number) => void;
}

/** A UDP socket on loopback; with `isEcho` it sends everything back. */
export async function openUdp({ isEcho = false }: { readonly isEcho?: boolean } = {}): Promise<UdpEnd> {
  const socket = createSocket('udp4');
  const received: string[] = [];
  socket.on('message', (bytes, { port, address }) => {
    received.push(bytes.toString());
    if (isEcho) socket.send(bytes, port, address);
  });
  socket.on('error', () => {});
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    ...{ socket, received, port: socket.address().port },
    send: (text, port) => socket.send(text, port, '127.0.0.1'),
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** Turns of the event loop until it holds; bounded by the time that a test has. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
