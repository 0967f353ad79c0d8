/** Two sides with a carrier each, on loopback. */
import { createHash, randomBytes } from 'node:crypto';
import type { NatcheckServer } from '../../../server/index.ts';
import { createOwner } from '../../../src/net/owner.ts';
import type { OpenSocket } from '../../../src/net/udp-socket.ts';
import { loadUdx } from '../../../src/net/udx/load.ts';
import type { Udx, UdxStream } from '../../../src/net/udx/native.ts';
import { udxSockets } from '../../../src/net/udx/udx-socket.ts';
import { openRoom } from '../../../src/punch/open-room.ts';
import type { RoomOptions } from '../../../src/punch/options.ts';
import type { PunchResult } from '../../../src/punch/result.ts';
import { openCarrier } from '../../../src/tunnel/carrier/open-carrier.ts';
import type { Carrier, Route } from '../../../src/tunnel/carrier.ts';
import { portsOf, startPunchServer } from '../../punch/punches.ts';

/** The id of the one stream that each side has in its own table. */
const STREAM_ID = 7;
/** Everything is on loopback here, which a relay refuses when not told otherwise; and the relay is not what is tested. */
const PLENTY = 2 ** 30;
const RELAY = {
  open: true,
  allowPrivate: true,
  limits: { bytesPerSecond: PLENTY, bytesPerSecondPerSource: PLENTY, bytesPerSecondInAll: PLENTY },
} as const;

export interface Side {
  readonly udx: Udx;
  readonly punched: PunchResult;
  readonly carrier: Carrier;
}

export interface Sides extends AsyncDisposable {
  readonly one: Side;
  readonly other: Side;
}

export interface SideOptions extends Partial<RoomOptions> {
  /** What becomes of the opener of sockets before the room gets it. */
  readonly wrap?: (open: OpenSocket) => OpenSocket | undefined;
}

export function startRelayServer(): Promise<NatcheckServer> {
  return startPunchServer({ relay: RELAY });
}

/** Opens a room for each side, and a carrier over the path between them. */
export async function openSides(
  server: NatcheckServer,
  options: { readonly one?: SideOptions; readonly other?: SideOptions } = {},
): Promise<Sides> {
  await using owner = createOwner();
  const open = async (id: string, peer: string, { wrap = (same) => same, ...own }: SideOptions = {}): Promise<Side> => {
    const udx = await loadUdx();
    const place = { server: `127.0.0.1:${portsOf(server).port}`, rendezvous: `ws://127.0.0.1:${server.httpPort}` };
    const openSocket = wrap(udxSockets(udx));
    const room = owner.use(await openRoom({ id, ...place, portMapping: false, openSocket, ...own }));
    const punched = await room.connect(peer);
    return { udx, punched, carrier: owner.use(await openCarrier(punched, udx)) };
  };
  const [one, other] = await Promise.all([open('alice', 'bob', options.one), open('bob', 'alice', options.other)]);
  return { one, other, [Symbol.asyncDispose]: owner.move()[Symbol.asyncDispose] };
}

/** Opens a stream on the route that the carrier has now, which follows the carrier to each further one. */
export function openStream({ carrier, udx }: Pick<Side, 'carrier' | 'udx'>): UdxStream & AsyncDisposable {
  const stream = udx.createStream(STREAM_ID, { firewall: () => false });
  const { socket, remote } = carrier.route();
  stream.connect(socket, STREAM_ID, remote.port, remote.address);
  carrier.onRoute(({ socket, remote }: Route) => {
    // It rejects when the stream is over before it has moved.
    stream.changeRemote(socket, STREAM_ID, remote.port, remote.address).catch(() => {});
  });
  // The peer may be gone first, which is told as an error.
  stream.on('error', () => {});
  return Object.assign(stream, {
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => stream.once('close', resolve));
      stream.destroy();
      if (!stream.destroyed) await closed;
    },
  });
}

/** Random bytes, and their digest. */
export function contents(length: number): { readonly bytes: Uint8Array; readonly digest: string } {
  const bytes = randomBytes(length);
  return { bytes, digest: createHash('sha256').update(bytes).digest('hex') };
}

/** The digest of all that comes; `onBytes` is told how many bytes have come so far. */
export async function digestOf(stream: UdxStream, onBytes: (count: number) => void = () => {}): Promise<string> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    count += chunk.length;
    onBytes(count);
  }
  return hash.digest('hex');
}

/** The next datagram of the peer, as text. */
export function nextDatagram({ carrier }: Pick<Side, 'carrier'>): Promise<string> {
  return new Promise((resolve) => carrier.onDatagram((bytes) => resolve(new TextDecoder().decode(bytes))));
}
