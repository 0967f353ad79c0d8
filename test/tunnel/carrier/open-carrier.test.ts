/** Streams and datagrams over the path of a punch, on real sockets. */
import { describe, expect, it } from 'vitest';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { openCarrier } from '../../../src/tunnel/carrier/open-carrier.ts';
import { startPunchServer } from '../../punch/punches.ts';
import {
  contents,
  digestOf,
  nextDatagram,
  openSides,
  openStream,
  type SideOptions,
  startRelayServer,
} from './carriers.ts';

const MEGABYTE = 1_000_000;
const RELAY_ONLY: SideOptions = { mode: 'relay-only' };
const NODES_SOCKETS: SideOptions = { wrap: () => undefined };
const bytesOf = (said: string): Uint8Array => new TextEncoder().encode(said);

interface Case {
  readonly way: string;
  readonly one?: SideOptions;
  readonly other?: SideOptions;
  readonly kind: 'direct' | 'relayed';
  /** How much each side sends. */
  readonly megabytes: number;
  /** Whether each side sends its streams from a punched socket. */
  readonly isNative: readonly [boolean, boolean];
}

const CASES: readonly Case[] = [
  { way: 'a direct path', kind: 'direct', megabytes: 8, isNative: [true, true] },
  {
    way: 'a relay of each side',
    one: RELAY_ONLY,
    other: RELAY_ONLY,
    kind: 'relayed',
    megabytes: 2,
    isNative: [false, false],
  },
  { way: 'the relay of one side', one: RELAY_ONLY, kind: 'relayed', megabytes: 2, isNative: [false, true] },
  {
    way: 'a direct path from another socket',
    one: NODES_SOCKETS,
    kind: 'direct',
    megabytes: 2,
    isNative: [false, true],
  },
];

describe('a carrier', () => {
  it.each(CASES)('over $way brings $megabytes MB each way at once, and datagrams beside them', async (one) => {
    await using server = await startRelayServer();
    await using sides = await openSides(server, one);
    const both = [sides.one, sides.other] as const;
    const own = both.map(({ punched, carrier }) => punched.path?.route()?.socket.native === carrier.route().socket);
    expect([both.map(({ carrier }) => carrier.route().kind), own]).toEqual([[one.kind, one.kind], one.isNative]);
    await using near = openStream(sides.one);
    await using far = openStream(sides.other);
    const sent = [contents(one.megabytes * MEGABYTE), contents(one.megabytes * MEGABYTE)] as const;
    const said = both.map(nextDatagram);
    near.end(sent[0].bytes);
    far.end(sent[1].bytes);
    expect([sides.one.carrier.send(bytesOf('from one')), sides.other.carrier.send(bytesOf('from other'))]).toEqual([
      true,
      true,
    ]);
    expect(await Promise.all([digestOf(far), digestOf(near)])).toEqual(sent.map(({ digest }) => digest));
    expect(await Promise.all(said)).toEqual(['from other', 'from one']);
  });

  it('has a role and a binding of the introduction, the same for both and another each time', async () => {
    await using server = await startPunchServer();
    const bindings: string[] = [];
    for (let time = 0; time < 2; time++) {
      await using sides = await openSides(server);
      const { one, other } = sides;
      expect([one.carrier.role, other.carrier.role].toSorted()).toEqual(['initiator', 'responder']);
      expect(one.carrier.binding).toEqual(other.carrier.binding);
      expect(one.carrier.binding.length).toBeGreaterThanOrEqual(32);
      bindings.push(Buffer.from(one.carrier.binding).toString('hex'));
    }
    expect(bindings[0]).not.toBe(bindings[1]);
  });

  it('keeps 64 datagrams until there is a receiver', async () => {
    await using server = await startPunchServer();
    await using sides = await openSides(server);
    const { one, other } = sides;
    for (let number = 0; number < 70; number++) one.carrier.send(bytesOf(`${number}`));
    // What comes after them on the same way shows that they have come.
    await using near = openStream(one);
    await using far = openStream(other);
    near.end('after them');
    far.end();
    for await (const _ of far) break;
    const heard: string[] = [];
    other.carrier.onDatagram((bytes) => void heard.push(new TextDecoder().decode(bytes)));
    expect(heard).toEqual(Array.from({ length: 64 }, (_, number) => `${number}`));
  });

  it('takes no datagram that a stream would take for its own, none that is too long, and none when it is over', async () => {
    await using server = await startPunchServer();
    await using sides = await openSides(server);
    const { carrier } = sides.one;
    const like = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at === 0 ? 0xff : 1));
    expect(carrier.maxDatagram()).toBe(1_452);
    expect([20, 19].map((length) => carrier.send(like(length)))).toEqual([false, true]);
    expect([1_453, 1_452].map((length) => carrier.send(new Uint8Array(length)))).toEqual([false, true]);
    expect(carrier.rttMs()).toBeGreaterThan(0);
    await carrier[Symbol.asyncDispose]();
    expect([carrier.send(bytesOf('too late')), carrier.maxDatagram()]).toEqual([false, 0]);
    expect([await carrier.closed, await sides.other.carrier.closed]).toMatchObject([
      { reason: 'own-end' },
      { reason: 'peer-left' },
    ]);
  });

  it('needs a path', async () => {
    await using server = await startPunchServer();
    await using sides = await openSides(server);
    const none = { ...sides.one.punched, path: null };
    await expect(openCarrier(none, sides.one.udx)).rejects.toThrow(TypeError);
  });

  it('is not disturbed by 10,000 datagrams of strangers at the punched socket', async () => {
    await using server = await startPunchServer();
    await using sides = await openSides(server);
    await using near = openStream(sides.one);
    await using far = openStream(sides.other);
    await using stranger = await openUdpSocket({ address: '127.0.0.1', port: 0 });
    const { bytes, digest } = contents(8 * MEGABYTE);
    const target = sides.other.carrier.route().socket.address();
    const to = { address: target?.host ?? '', port: target?.port ?? 0 };
    let strange = 0;
    let toldPeer = 0;
    sides.other.carrier.onDatagram(() => toldPeer++);
    const digested = digestOf(far, (count) => {
      // As many as belong to the part that has come, so that they go on through all of it.
      for (; strange < (10_000 * count) / bytes.length; strange++)
        stranger.send(strangeDatagram(strange), to, () => {});
    });
    near.end(bytes);
    far.end();
    expect(await digested).toBe(digest);
    expect([strange, toldPeer]).toEqual([10_000, 0]);
    const said = nextDatagram(sides.other);
    sides.one.carrier.send(bytesOf('still there'));
    expect(await said).toBe('still there');
    expect(sides.other.punched.path?.state()).toBe('live');
  });
});

/** Noise, packets of streams that nobody knows, and a Binding request of nobody, in turn. */
function strangeDatagram(number: number): Uint8Array {
  const bytes = Buffer.from(contents(100).bytes);
  if (number % 3 === 1) bytes.set([0xff, 0x01, number % 64, 0]);
  if (number % 3 === 2) bytes.set([0x00, 0x01, 0x00, 80, 0x21, 0x12, 0xa4, 0x42]);
  return bytes;
}
