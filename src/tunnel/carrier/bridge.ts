/**
 * Lets native streams go over a path that has no UDX socket of its own, such as a relayed one: they are sent on loopback to this
 * bridge, which passes them on.
 *
 *     stream — socket ⇄ near — path ⇄ peer
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { createOwner } from '../../net/owner.ts';
import { loadUdx } from '../../net/udx/load.ts';
import type { Udx, UdxSocket } from '../../net/udx/native.ts';
import { endStreams, openUdxSocket } from '../../net/udx/udx-socket.ts';
import { pause } from '../../net/waits.ts';
import { isNativePacket } from './native-packet.ts';

const LOOPBACK: Endpoint = { address: '127.0.0.1', port: 0 };
/**
 * What an Ethernet frame carries of a datagram inside TURN over IPv6: 1,500 bytes less the 40 of IPv6, the 8 of UDP, and the 36
 * of a Send indication to an IPv4 address (RFC 8656 §11.6). Streams try how large their packets may be, so both sides'
 * do without those that are dropped here.
 */
export const RELAYED_MAX_BYTES = 1_416;

export interface Bridge extends AsyncDisposable {
  /** The socket that streams are to use. */
  readonly socket: UdxSocket;
  /** Where they are to send. */
  readonly remote: Endpoint;
  /** Gives the streams a packet of the peer. */
  readonly deliver: (bytes: Uint8Array) => void;
}

/** What follows the last packet of a stream on its way to the bridge. */
const LAST = Uint8Array.of(0);
/** On loopback it takes no time, unless the bridge has had so much to do that it is lost. */
const LAST_PATIENCE_MS = 100;

/**
 * Opens a bridge; `send` gets each packet of a stream. What comes from elsewhere on this host is dropped. Disposing of it destroys
 * the streams that use it, and sends what they have sent.
 */
export async function openBridge(udx: Udx, send: (bytes: Uint8Array) => void): Promise<Bridge> {
  await using owner = createOwner();
  // It has a table of its own, in which no stream is, so that all packets come as datagrams. A dgram socket costs half as much again.
  const near = owner.use(await openUdxSocket(LOOPBACK, await loadUdx()));
  const { native, local } = owner.use(await openUdxSocket(LOOPBACK, udx));
  const drained = Promise.withResolvers<void>();
  near.onDatagram((bytes, from) => {
    if (!sameEndpoint(from, local)) return;
    if (!isNativePacket(bytes)) drained.resolve();
    else if (bytes.length <= RELAYED_MAX_BYTES) send(bytes);
  });
  const kept = owner.move();
  kept.defer(async () => {
    endStreams(native);
    native.trySend(LAST, near.local.port, near.local.address);
    await unlessLate(drained.promise);
  });
  return {
    socket: native,
    remote: near.local,
    // Nobody waits for it, and nothing piles up: the other socket is read in the same turn of the event loop.
    deliver: (bytes) => {
      if (bytes.length <= RELAYED_MAX_BYTES) near.native.trySend(bytes, local.port, local.address);
    },
    [Symbol.asyncDispose]: kept[Symbol.asyncDispose],
  };
}

async function unlessLate(done: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = pause(LAST_PATIENCE_MS, over.signal).catch(() => {});
  await Promise.race([done, late]);
  over.abort();
}
