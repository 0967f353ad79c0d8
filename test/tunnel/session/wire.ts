/** Two carriers on loopback, with a wire between them that loses, repeats and reorders by a seed, and can be cut. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Udx, UdxSocket } from '../../../src/net/udx/native.ts';
import type { PathEnd } from '../../../src/punch/path/end.ts';
import type { Carrier, Route } from '../../../src/tunnel/carrier.ts';

const UDX = createRequire(import.meta.url)('udx-native') as new () => Udx;

/** What happens to datagrams on the wire: each a share of 0 to 1. */
export interface WireFaults {
  readonly loss?: number;
  readonly duplication?: number;
  readonly reordering?: number;
  readonly random?: () => number;
  /** Sees each datagram before it goes on, and may give others in its place. */
  readonly onDatagram?: (bytes: Uint8Array, from: 'initiator' | 'responder') => readonly Uint8Array[];
}

export interface CarrierPair extends AsyncDisposable {
  readonly initiator: TestCarrier;
  readonly responder: TestCarrier;
  /** From now on nothing passes, or everything does again. */
  readonly cut: (isCut: boolean) => void;
}

export interface TestCarrier extends Carrier {
  /** Changes the route within the path, as when it has got another pair of endpoints. */
  readonly changeRoute: (route: Route) => void;
  /** Ends the path, as a punch does: when the peer has not answered for long, unless it is said how. */
  readonly lose: (how?: Pick<PathEnd, 'reason' | 'error'>) => void;
  readonly isDisposed: () => boolean;
}

/** The tables of the two sides: all carriers of one side belong to one of them. */
export function createTables(): { readonly initiator: Udx; readonly responder: Udx } {
  return { initiator: new UDX(), responder: new UDX() };
}

export async function createCarriers(tables = createTables(), faults: WireFaults = {}): Promise<CarrierPair> {
  const sockets = { initiator: tables.initiator.createSocket(), responder: tables.responder.createSocket() };
  for (const socket of Object.values(sockets)) socket.bind(0, '127.0.0.1');
  const wire = await createWire(portOf(sockets.initiator), portOf(sockets.responder), faults);
  const binding = Buffer.from(`${portOf(sockets.initiator)} ${portOf(sockets.responder)}`);
  const initiator = createCarrier(sockets.initiator, wire.ports.initiator, { role: 'initiator', binding });
  const responder = createCarrier(sockets.responder, wire.ports.responder, { role: 'responder', binding });
  return {
    initiator,
    responder,
    cut: wire.cut,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([initiator[Symbol.asyncDispose](), responder[Symbol.asyncDispose]()]);
      await wire[Symbol.asyncDispose]();
    },
  };
}

function portOf(socket: UdxSocket): number {
  return socket.address()?.port ?? 0;
}

export function createCarrier(
  socket: UdxSocket,
  port: number,
  { role, binding }: Pick<Carrier, 'role' | 'binding'>,
): TestCarrier {
  let route: Route = { socket, remote: { address: '127.0.0.1', port }, kind: 'direct' };
  let onRoute: (route: Route) => void = () => {};
  const closed = Promise.withResolvers<PathEnd>();
  const held: Uint8Array[] = [];
  let receiver: ((bytes: Uint8Array) => void) | null = null;
  let disposal: Promise<void> | null = null;
  const end = (how: Pick<PathEnd, 'reason' | 'error'>): void => closed.resolve({ ...how, at: performance.now() });
  socket.on('message', (bytes: Uint8Array) => {
    if (receiver) receiver(bytes);
    else held.push(bytes);
  });
  return {
    binding,
    role,
    route: () => route,
    onRoute: (receive) => {
      onRoute = receive;
    },
    changeRoute: (next) => {
      route = next;
      onRoute(next);
    },
    send: (bytes) => {
      socket.trySend(bytes, port, '127.0.0.1');
      return !socket.closing;
    },
    onDatagram: (receive) => {
      receiver = receive;
      for (const bytes of held.splice(0)) receive(bytes);
    },
    maxDatagram: () => 1_200,
    rttMs: () => null,
    closed: closed.promise,
    lose: (how = { reason: 'consent-lost' }) => end(how),
    isDisposed: () => disposal !== null,
    [Symbol.asyncDispose]: () => {
      end({ reason: 'own-end' });
      disposal ??= socket.close();
      return disposal;
    },
  };
}

interface Wire extends AsyncDisposable {
  readonly ports: { readonly initiator: number; readonly responder: number };
  readonly cut: (isCut: boolean) => void;
}

/** One socket for each side to send to: what comes to one goes out by the other. */
async function createWire(initiator: number, responder: number, faults: WireFaults): Promise<Wire> {
  const [near, far] = await Promise.all([bound(), bound()]);
  const state = { isCut: false };
  near.on('message', carry(far, responder, { from: 'initiator', faults, state }));
  far.on('message', carry(near, initiator, { from: 'responder', faults, state }));
  return {
    ports: { initiator: near.address().port, responder: far.address().port },
    cut: (isCut) => {
      state.isCut = isCut;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([near, far].map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
    },
  };
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

function carry(
  out: Socket,
  port: number,
  {
    from,
    faults,
    state,
  }: { readonly from: 'initiator' | 'responder'; readonly faults: WireFaults; readonly state: { isCut: boolean } },
): (bytes: Uint8Array) => void {
  const { loss = 0, duplication = 0, reordering = 0, random = Math.random, onDatagram } = faults;
  let late: Uint8Array | null = null;
  const send = (bytes: Uint8Array): void => out.send(bytes, port, '127.0.0.1', () => {});
  return (bytes) => {
    if (state.isCut) return;
    for (const each of onDatagram?.(bytes, from) ?? [bytes]) {
      if (random() < loss) continue;
      if (late === null && random() < reordering) {
        late = each;
        continue;
      }
      send(each);
      if (random() < duplication) send(each);
      if (late) send(late);
      late = null;
    }
  };
}
