/** Permissions, channels and what passes through them (RFC 8656 §9 to §12), to the byte. */
import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../../../src/stun/attribute.ts';
import { METHOD } from '../../../../../src/stun/header.ts';
import { attribute } from '../../../../../src/stun/message.ts';
import { decodeChannelData } from '../../../../../src/turn/wire/channel-data.ts';
import { channelNumber, decoded, peerAddress, sendIndication } from '../../requests.ts';
import { CLIENT, createWorld, PEER, SERVER, SERVER_V6 } from '../world.ts';

const DATA = Uint8Array.of(1, 2, 3, 4, 5);
const OTHER = { address: '198.51.100.10', port: 7000 };
const PEER_V6 = { address: '2001:db8:9::9', port: 7000 };

/** A client with an allocation. */
function allocated(...[options]: Parameters<typeof createWorld>) {
  const world = createWorld(options);
  const alice = world.client();
  const relayed = alice.allocate();
  const { dropped } = world.relay.counts;
  return { world, alice, relayed, dropped };
}

describe('a permission', () => {
  it('lets data through to the address it names, on any port, and from there', () => {
    const { world, alice, relayed } = allocated();
    expect(alice.permit(PEER)).toBe('success');
    const elsewhere = { ...PEER, port: 1 };
    alice.send(elsewhere, DATA);
    expect(world.takeRelayed()).toEqual([{ from: relayed, to: elsewhere, data: [...DATA] }]);
    const [bytes = DATA] = world.fromPeer(relayed, elsewhere, DATA);
    const indication = decoded(bytes);
    expect([indication.class, indication.method]).toEqual(['indication', METHOD.data]);
    expect(indication.attributes).toEqual([
      { type: 'XOR-PEER-ADDRESS', value: elsewhere },
      { type: 'DATA', value: DATA },
    ]);
  });

  it('is what data needs both ways', () => {
    const { world, alice, relayed, dropped } = allocated();
    alice.permit(PEER);
    alice.send(OTHER, DATA);
    expect(world.takeRelayed()).toEqual([]);
    expect(world.fromPeer(relayed, OTHER, DATA)).toEqual([]);
    expect(dropped['no-permission']).toBe(2);
  });

  it('ends after 300 s, and is renewed by asking again', () => {
    const { world, alice, relayed } = allocated();
    alice.permit(PEER);
    world.pass(299_999);
    expect(world.fromPeer(relayed, PEER, DATA)).toHaveLength(1);
    world.wait(1);
    expect(world.fromPeer(relayed, PEER, DATA)).toEqual([]);
    alice.send(PEER, DATA);
    expect(world.takeRelayed()).toEqual([]);
    alice.permit(PEER);
    world.pass(290_000);
    alice.permit(PEER);
    alice.outcome(METHOD.refresh);
    world.pass(290_000);
    expect(world.fromPeer(relayed, PEER, DATA)).toHaveLength(1);
  });

  it('is not renewed by data', () => {
    const { world, alice, relayed } = allocated();
    alice.permit(PEER);
    for (let s = 0; s < 300; s += 60) {
      alice.send(PEER, DATA);
      world.fromPeer(relayed, PEER, DATA);
      world.pass(60_000);
    }
    expect(world.fromPeer(relayed, PEER, DATA)).toEqual([]);
  });

  it('may be asked for several addresses at once: all, or none', () => {
    const { world, alice, relayed } = allocated();
    expect(alice.permit(PEER, OTHER)).toBe('success');
    expect(world.fromPeer(relayed, OTHER, DATA)).toHaveLength(1);
    const third = { ...PEER, address: '198.51.100.11' };
    expect(alice.permit(third, { address: '10.0.0.1', port: 1 })).toBe(403);
    expect(world.fromPeer(relayed, third, DATA)).toEqual([]);
  });

  it.each<[string, readonly Attribute[], number]>([
    ['no address', [], 400],
    ['an address of the other family', [peerAddress(PEER_V6)], 443],
  ])('for %s is refused', (_what, attributes, code) => {
    expect(allocated().alice.outcome(METHOD.createPermission, attributes)).toBe(code);
  });

  it('is one of a bounded number: 508', () => {
    const { alice } = allocated({ limits: { peersPerAllocation: 2 } });
    expect(alice.permit(PEER, OTHER)).toBe('success');
    expect(alice.permit({ ...PEER, address: '198.51.100.11' })).toBe(508);
    expect(alice.permit(PEER)).toBe('success');
  });
});

describe('a channel', () => {
  it('carries data both ways in four bytes more', () => {
    const { world, alice, relayed } = allocated();
    expect(alice.bind(0x4000, PEER)).toBe('success');
    alice.sendOn(0x4000, DATA);
    expect(world.takeRelayed()).toEqual([{ from: relayed, to: PEER, data: [...DATA] }]);
    expect(world.fromPeer(relayed, PEER, DATA).map((one) => [...one])).toEqual([[0x40, 0, 0, 5, 1, 2, 3, 4, 5]]);
  });

  it('is padded for a client over TCP, and only for one', () => {
    const world = createWorld();
    const alice = world.client({ transport: 'tcp' });
    const relayed = alice.allocate();
    alice.bind(0x4fff, PEER);
    expect(world.fromPeer(relayed, PEER, DATA).map((one) => [...one])).toEqual([
      [0x4f, 0xff, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0],
    ]);
  });

  it('is of one address and port: from another port of the peer comes an indication', () => {
    const { world, alice, relayed } = allocated();
    alice.bind(0x4000, PEER);
    const [bytes = DATA] = world.fromPeer(relayed, { ...PEER, port: 1 }, DATA);
    expect(decodeChannelData(bytes)).toBeNull();
    expect(attribute(decoded(bytes), 'DATA')).toEqual(DATA);
  });

  it('renews the permission, and may be renewed itself', () => {
    const { world, alice, relayed } = allocated();
    alice.bind(0x4000, PEER);
    world.pass(299_000);
    expect(alice.bind(0x4000, PEER)).toBe('success');
    world.pass(299_000);
    expect(decodeChannelData(world.fromPeer(relayed, PEER, DATA)[0] ?? DATA)).toMatchObject({ channel: 0x4000 });
  });

  it('outlives the permission that came with it, and carries nothing until that is renewed', () => {
    const { world, alice, relayed, dropped } = allocated();
    alice.bind(0x4000, PEER);
    world.pass(300_000);
    alice.sendOn(0x4000, DATA);
    expect([world.takeRelayed(), dropped['no-permission']]).toEqual([[], 1]);
    alice.permit(PEER);
    alice.sendOn(0x4000, DATA);
    expect(world.takeRelayed()).toHaveLength(1);
    expect(decodeChannelData(world.fromPeer(relayed, PEER, DATA)[0] ?? DATA)).toMatchObject({ channel: 0x4000 });
  });

  it('ends after 600 s; then number and peer are free', () => {
    const { world, alice, relayed, dropped } = allocated();
    alice.bind(0x4000, PEER);
    world.pass(590_000);
    alice.outcome(METHOD.refresh);
    alice.permit(PEER);
    world.wait(10_000);
    alice.sendOn(0x4000, DATA);
    expect([world.takeRelayed(), dropped['no-channel']]).toEqual([[], 1]);
    expect(decodeChannelData(world.fromPeer(relayed, PEER, DATA)[0] ?? DATA)).toBeNull();
    expect([alice.bind(0x4000, OTHER), alice.bind(0x4001, PEER)]).toEqual(['success', 'success']);
  });

  it('that has ended carries nothing from its peer, which is then relayed in an indication', () => {
    const { world, alice, relayed } = allocated();
    alice.bind(0x4000, PEER);
    world.pass(599_000);
    alice.outcome(METHOD.refresh);
    alice.permit(PEER);
    world.wait(1_000);
    const [bytes = DATA] = world.fromPeer(relayed, PEER, DATA);
    expect(attribute(decoded(bytes), 'DATA')).toEqual(DATA);
  });

  it('has one peer, and a peer has one channel: 400 for anything else', () => {
    const { world, alice, relayed } = allocated();
    alice.bind(0x4000, PEER);
    expect(alice.bind(0x4000, OTHER)).toBe(400);
    expect(alice.bind(0x4001, PEER)).toBe(400);
    expect(alice.bind(0x4001, { ...PEER, port: 1 })).toBe('success');
    expect(decodeChannelData(world.fromPeer(relayed, PEER, DATA)[0] ?? DATA)).toMatchObject({ channel: 0x4000 });
  });

  it.each<[string, readonly Attribute[], number]>([
    ['no number', [peerAddress(PEER)], 400],
    ['no peer', [channelNumber(0x4000)], 400],
    ['a number below 0x4000', [channelNumber(0x3fff), peerAddress(PEER)], 400],
    ['a number above 0x4FFF', [channelNumber(0x5000), peerAddress(PEER)], 400],
    ['a peer of the other family', [channelNumber(0x4000), peerAddress(PEER_V6)], 443],
    ['a private peer', [channelNumber(0x4000), peerAddress({ address: '192.168.1.1', port: 1 })], 403],
    ['a service of this server', [channelNumber(0x4000), peerAddress({ address: SERVER, port: 3478 })], 403],
  ])('with %s is refused', (_what, attributes, code) => {
    expect(allocated().alice.outcome(METHOD.channelBind, attributes)).toBe(code);
  });

  it('is one of a bounded number: 508', () => {
    const { alice } = allocated({ limits: { peersPerAllocation: 1 } });
    expect(alice.bind(0x4000, PEER)).toBe('success');
    expect(alice.bind(0x4001, { ...PEER, port: 1 })).toBe(508);
    expect(alice.bind(0x4000, PEER)).toBe('success');
  });
});

describe('data that comes to nothing', () => {
  it('of a five-tuple without an allocation is dropped', () => {
    const world = createWorld();
    const alice = world.client();
    expect([...alice.send(PEER, DATA), ...alice.sendOn(0x4000, DATA)]).toEqual([]);
    expect(world.relay.counts.dropped['no-allocation']).toBe(2);
  });

  it('of another five-tuple than the allocation’s is dropped', () => {
    const { world, alice, dropped } = allocated();
    alice.bind(0x4000, PEER);
    world.client({ remote: { ...CLIENT, port: 2 } }).sendOn(0x4000, DATA);
    expect([world.takeRelayed(), dropped['no-allocation']]).toEqual([[], 1]);
  });

  it('is never answered, whatever is wrong with it', () => {
    const { world, alice, dropped } = allocated();
    alice.permit(PEER);
    const wrong = [
      sendIndication(PEER, DATA, [{ type: 'DONT-FRAGMENT', value: true }]),
      sendIndication(PEER_V6, DATA),
      sendIndication({ ...PEER, port: 0 }, DATA),
      Uint8Array.of(0x40, 0, 0, 9, 1),
    ];
    expect(wrong.flatMap((one) => alice.say(one))).toEqual([]);
    expect(world.takeRelayed()).toEqual([]);
    expect(dropped).toMatchObject({ malformed: 2, 'no-permission': 1, 'forbidden-peer': 1 });
  });

  it('beyond the bandwidth is dropped, each way for itself, and passes again in time', () => {
    const { world, alice, relayed, dropped } = allocated({ limits: { bytesPerSecond: 1_000 } });
    alice.bind(0x4000, PEER);
    const big = new Uint8Array(400);
    for (let n = 0; n < 10; n++) alice.sendOn(0x4000, big);
    expect([world.takeRelayed().length, dropped.bandwidth]).toEqual([3, 7]);
    expect(world.fromPeer(relayed, PEER, big)).toHaveLength(1);
    world.wait(400);
    for (let n = 0; n < 10; n++) alice.sendOn(0x4000, big);
    expect(world.takeRelayed()).toHaveLength(1);
    expect(world.relay.counts.relayed).toEqual({
      'to-peer': { packets: 4, bytes: 1_600 },
      'to-client': { packets: 1, bytes: 400 },
    });
  });

  it('is a datagram that an IPv6 peer may send, and no indication can carry', () => {
    const world = createWorld({ addresses: { IPv6: SERVER_V6 } });
    const alice = world.client();
    const relayed = alice.allocate([{ type: 'REQUESTED-ADDRESS-FAMILY', value: 'IPv6' }]);
    alice.permit(PEER_V6);
    expect(world.fromPeer(relayed, PEER_V6, new Uint8Array(65_504))).toHaveLength(1);
    expect(world.fromPeer(relayed, PEER_V6, new Uint8Array(65_505))).toEqual([]);
    expect(world.relay.counts.dropped['too-long']).toBe(1);
  });

  it('came for an allocation that has ended', () => {
    const { world, alice, relayed } = allocated();
    alice.permit(PEER);
    world.wait(600_000);
    expect(world.fromPeer(relayed, PEER, DATA)).toEqual([]);
  });
});
