/** What a bridge lets through. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { loadUdx } from '../../../src/net/udx/load.ts';
import type { Udx, UdxStream } from '../../../src/net/udx/native.ts';
import { openUdxSocket } from '../../../src/net/udx/udx-socket.ts';
import { type Bridge, openBridge, RELAYED_MAX_BYTES } from '../../../src/tunnel/carrier/bridge.ts';

const ID = 5;
/** A native packet for a stream that nobody has. */
const PACKET = Uint8Array.from({ length: 20 }, (_, at) => (at === 0 ? 0xff : 1));

function streamOver({ socket, remote }: Bridge, udx: Udx): UdxStream {
  const stream = udx.createStream(ID);
  stream.connect(socket, ID, remote.port, remote.address);
  return stream;
}

it('passes the packets of its streams on, and those of the peer to them', async () => {
  const [udx, otherUdx] = [await loadUdx(), await loadUdx()];
  await using one: Bridge = await openBridge(udx, (bytes) => other.deliver(bytes));
  await using other: Bridge = await openBridge(otherUdx, (bytes) => one.deliver(bytes));
  const near = streamOver(one, udx);
  const far = streamOver(other, otherUdx);
  near.end('through both');
  far.end();
  let heard = '';
  for await (const chunk of far) heard += chunk;
  expect(heard).toBe('through both');
});

it('takes nothing from others on this host, and from its own socket only what streams send', async () => {
  const sent: Uint8Array[] = [];
  const came = Promise.withResolvers<void>();
  const udx = await loadUdx();
  await using bridge = await openBridge(udx, (bytes) => {
    sent.push(bytes);
    came.resolve();
  });
  await using stranger = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const { remote, socket } = bridge;
  stranger.send(PACKET, remote, () => expect.unreachable());
  await socket.send(PACKET.subarray(0, 19), remote.port, remote.address);
  await socket.send(PACKET.with(0, 0), remote.port, remote.address);
  await socket.send(PACKET, remote.port, remote.address);
  await came.promise;
  expect(sent.map((bytes) => [...bytes])).toEqual([[...PACKET]]);
});

it('drops what would be cut into fragments on the way, so that streams find a size that is not', async () => {
  const [udx, otherUdx] = [await loadUdx(), await loadUdx()];
  const lengths = new Set<number>();
  await using one: Bridge = await openBridge(udx, (bytes) => {
    lengths.add(bytes.length);
    other.deliver(bytes);
  });
  await using other: Bridge = await openBridge(otherUdx, (bytes) => one.deliver(bytes));
  const near = streamOver(one, udx);
  const far = streamOver(other, otherUdx);
  near.end(new Uint8Array(4_000_000));
  far.end();
  far.resume();
  await once(far, 'end');
  // Streams grow their packets by steps of 32 bytes.
  expect(Math.max(...lengths)).toBeGreaterThan(RELAYED_MAX_BYTES - 32);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(RELAYED_MAX_BYTES);
});

it('drops the same of what the peer sends, so that its relay does not have to cut it', async () => {
  const [udx, otherUdx] = [await loadUdx(), await loadUdx()];
  await using relay = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  await using direct = await openUdxSocket({ address: '127.0.0.1', port: 0 }, otherUdx);
  await using bridge: Bridge = await openBridge(udx, (bytes) => relay.send(bytes, direct.local, () => {}));
  const lengths: number[] = [];
  relay.onDatagram((bytes) => {
    lengths.push(bytes.length);
    bridge.deliver(bytes);
  });
  const far = streamOver({ ...bridge, socket: direct.native, remote: relay.local }, otherUdx);
  const near = streamOver(bridge, udx);
  far.end(new Uint8Array(4_000_000));
  near.end();
  near.resume();
  await once(near, 'end');
  const tries = lengths.filter((length) => length > RELAYED_MAX_BYTES).length;
  expect(tries).toBeGreaterThan(0);
  // All others bring the bytes, of which there are 2,866 packets of that size at least.
  expect(tries).toBeLessThan(lengths.length / 100);
});

it('ends its streams when it is disposed of', async () => {
  const udx = await loadUdx();
  const bridge = await openBridge(udx, () => {});
  const stream = streamOver(bridge, udx);
  const at: Endpoint = bridge.remote;
  await bridge[Symbol.asyncDispose]();
  expect(stream.destroyed).toBe(true);
  await using next = await openUdpSocket(at);
  expect(next.local).toEqual(at);
});

it('does not wait until the peer has acknowledged the end of a stream when it is disposed of', async () => {
  const [udx, otherUdx] = [await loadUdx(), await loadUdx()];
  let isCut = false;
  const one: Bridge = await openBridge(udx, (bytes) => {
    if (!isCut) other.deliver(bytes);
  });
  await using other: Bridge = await openBridge(otherUdx, (bytes) => one.deliver(bytes));
  const near = streamOver(one, udx);
  const far = streamOver(other, otherUdx);
  near.resume();
  far.end();
  await once(near, 'end');
  isCut = true;
  near.end('to nobody');
  await once(near, 'finish');
  await one[Symbol.asyncDispose]();
  expect(near.retransmits).toBe(0);
});

it('tells the peers of its streams that they end when it is disposed of', async () => {
  const [udx, otherUdx] = [await loadUdx(), await loadUdx()];
  const one: Bridge = await openBridge(udx, (bytes) => other.deliver(bytes));
  await using other: Bridge = await openBridge(otherUdx, (bytes) => one.deliver(bytes));
  const near = streamOver(one, udx);
  const far = streamOver(other, otherUdx);
  far.write('from afar');
  await once(near, 'data');
  const failure = once(far, 'error');
  await one[Symbol.asyncDispose]();
  expect(await failure).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]);
});
