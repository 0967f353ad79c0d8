/** What a socket of native streams does beside the contract of a UDP socket. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { shareSocket } from '../../../src/net/shared-socket.ts';
import { openUdpSocket, type UdpSocket } from '../../../src/net/udp-socket.ts';
import { loadUdx } from '../../../src/net/udx/load.ts';
import type { Udx, UdxStream } from '../../../src/net/udx/native.ts';
import { nativeOf, openUdxSocket, type UdxUdpSocket } from '../../../src/net/udx/udx-socket.ts';

const LOCAL: Endpoint = { address: '127.0.0.1', port: 0 };
/** The two sides have tables of their own, so that the same id is two streams. */
const ID = 1;

/** The header of a native packet for that stream. */
function packetFor(id: number): Uint8Array {
  const bytes = Buffer.alloc(20);
  bytes.set([0xff, 0x01, 0x01]);
  bytes.writeUInt32LE(id, 4);
  return bytes;
}

function streamOf(udx: Udx, from: UdxUdpSocket, to: UdxUdpSocket): UdxStream {
  const stream = udx.createStream(ID, { firewall: () => false });
  stream.connect(from.native, ID, to.local.port, to.local.address);
  return stream;
}

function nextLength(socket: UdpSocket): Promise<number> {
  return new Promise((resolve) => socket.onDatagram((bytes) => resolve(bytes.length)));
}

it('refuses a datagram that is too long for one of its kind, and drops one that it could only give cut', async () => {
  const udx = await loadUdx();
  await using socket = await openUdxSocket(LOCAL, udx);
  await using other = await openUdpSocket(LOCAL);
  const codes: string[] = [];
  socket.send(new Uint8Array(2_048), other.local, (code) => void codes.push(code));
  expect(codes).toEqual(['EMSGSIZE']);
  const next = nextLength(socket);
  for (const length of [2_049, 2_048, 2_047])
    other.send(new Uint8Array(length), socket.local, () => expect.unreachable());
  expect(await next).toBe(2_047);
});

it('gives a native packet that no stream knows as a datagram', async () => {
  const udx = await loadUdx();
  await using socket = await openUdxSocket(LOCAL, udx);
  await using peer = await openUdxSocket(LOCAL, await loadUdx());
  await using stranger = await openUdpSocket(LOCAL);
  const stream = streamOf(udx, socket, peer);
  const next = nextLength(socket);
  stranger.send(packetFor(ID + 1), socket.local, () => expect.unreachable());
  expect(await next).toBe(20);
  stream.destroy();
});

it('bounds what waits to be sent', async () => {
  await using socket = await openUdxSocket(LOCAL, await loadUdx());
  await using other = await openUdpSocket(LOCAL);
  const codes: string[] = [];
  for (let count = 0; count < 600; count++)
    socket.send(new Uint8Array(2_000), other.local, (code) => void codes.push(code));
  expect(new Set(codes)).toEqual(new Set(['ENOBUFS']));
});

it('is found behind each of its shares', async () => {
  await using socket = await openUdxSocket(LOCAL, await loadUdx());
  await using share = shareSocket(socket).share(() => true);
  await using other = await openUdpSocket(LOCAL);
  expect([nativeOf(share), nativeOf(other)]).toEqual([socket.native, null]);
  expect(share.maxBytes).toBe(2_047);
});

it('destroys the streams that it sends when it is disposed of, and tells their peers', async () => {
  const [udx, otherUdx] = [await loadUdx(), await loadUdx()];
  const socket = await openUdxSocket(LOCAL, udx);
  await using other = await openUdxSocket(LOCAL, otherUdx);
  const stream = streamOf(udx, socket, other);
  const peer = streamOf(otherUdx, other, socket);
  const failure = once(peer, 'error');
  await socket[Symbol.asyncDispose]();
  expect([stream.destroyed, socket.native.streams.size]).toEqual([true, 0]);
  expect(await failure).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
});

it('lets a stream that has moved to another socket go on when it is disposed of', async () => {
  const [udx, otherUdx] = [await loadUdx(), await loadUdx()];
  const former = await openUdxSocket(LOCAL, udx);
  await using next = await openUdxSocket(LOCAL, udx);
  await using other = await openUdxSocket(LOCAL, otherUdx);
  const stream = streamOf(udx, former, other);
  const peer = streamOf(otherUdx, other, former);
  stream.write('before ');
  const moved = stream.changeRemote(next.native, ID, other.local.port, other.local.address);
  await peer.changeRemote(other.native, ID, next.local.port, next.local.address);
  await Promise.all([moved, former[Symbol.asyncDispose]()]);
  stream.end('and after');
  peer.end();
  let heard = '';
  for await (const chunk of peer) heard += chunk;
  expect(heard).toBe('before and after');
});

it('enlarges its buffer for sending though the system refuses the one for receiving', async () => {
  const enlarged: string[] = [];
  const native = {
    ...{ bind: () => {}, address: () => ({ port: 1 }), on: () => {} },
    setRecvBufferSize: () => {
      throw new Error('ENOBUFS');
    },
    setSendBufferSize: () => enlarged.push('send'),
  };
  await openUdxSocket(LOCAL, { createSocket: () => native } as unknown as Udx);
  expect(enlarged).toEqual(['send']);
});
