/** A STUN server on loopback whose answers a test bends: the real responder on four real sockets, and a fault. */
import { type Answer, type Layout, respond } from '../../server/stun/decisions/responder.ts';
import type { Endpoint } from '../../src/endpoint.ts';
import { formatEndpoint } from '../../src/endpoint.ts';
import { openUdpSocket, type UdpSocket } from '../../src/net/udp-socket.ts';

export interface Reply {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** What becomes of a good answer: other replies in its place, or none. */
export type Fault = (
  reply: Reply,
  request: { readonly local: Endpoint; readonly bytes: Uint8Array; readonly layout: Layout },
) => readonly Reply[];

export interface FakeServer extends AsyncDisposable {
  readonly layout: Layout;
  /** `ADDRESS:PORT` of its primary endpoint. */
  readonly name: string;
}

/** Two addresses by two ports, or one address, on ports that the system chooses, or at the first port that is named. */
export async function startFakeServer(
  options: {
    readonly fault?: Fault;
    readonly oneAddress?: boolean;
    /** Its only address; default: 127.0.0.1, and 127.0.0.2 beside it. */
    readonly at?: string;
    readonly port?: number;
  } = {},
): Promise<FakeServer> {
  const { fault = (reply) => [reply], at, oneAddress = at !== undefined } = options;
  const address = at ?? '127.0.0.1';
  const sockets = new Map<string, UdpSocket>();
  const open = async (where: string, number: number): Promise<number> => {
    const socket = await openUdpSocket({ address: where, port: number });
    sockets.set(formatEndpoint(socket.local), socket);
    return socket.local.port;
  };
  const port = await open(address, options.port ?? 0);
  const altPort = await open(address, 0);
  if (!oneAddress) await Promise.all([open('127.0.0.2', port), open('127.0.0.2', altPort)]);
  const layout: Layout = { port, altPort, addresses: oneAddress ? [address] : ['127.0.0.1', '127.0.0.2'] };

  for (const socket of sockets.values()) {
    socket.onDatagram((bytes, remote) => {
      const answer: Answer = respond(0, layout, { datagram: bytes, local: socket.local, remote });
      if (answer.kind !== 'reply') return;
      for (const reply of fault(answer, { local: socket.local, bytes, layout })) {
        sockets.get(formatEndpoint(reply.from))?.send(reply.bytes, reply.to, () => {});
      }
    });
  }
  return {
    layout,
    name: formatEndpoint({ address, port }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...sockets.values()].map((socket) => socket[Symbol.asyncDispose]()));
    },
  };
}
