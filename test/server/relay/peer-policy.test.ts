/** To whom nothing is relayed, in every way in which the address can be written. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/endpoint.ts';
import { createWorld, PEER, SERVER, SERVER_V6 } from './world.ts';

const OWN_OTHER = '203.0.113.11';
const BOTH = { addresses: { IPv4: SERVER, IPv6: SERVER_V6 } };
const DATA = Uint8Array.of(1);

/** What CreatePermission and ChannelBind for that peer get. */
function refusals(address: string, allowPrivate = false): readonly ('success' | number)[] {
  const world = createWorld({ ...BOTH, policy: { allowPrivate, own: [SERVER, OWN_OTHER, SERVER_V6] } });
  const alice = world.client();
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  alice.allocate([{ type: 'REQUESTED-ADDRESS-FAMILY', value: family }]);
  const peer: Endpoint = { address, port: 7000 };
  return [alice.permit(peer), alice.bind(0x4000, peer)];
}

const PRIVATE = [
  ...['10.0.0.1', '172.16.0.1', '172.31.255.254', '192.168.1.1', '100.64.0.1', '127.0.0.1', '127.9.9.9'],
  ...['::1', 'fc00::1', 'fd12:3456::1'],
];
const NEVER = [
  ...['0.0.0.0', '0.1.2.3', '224.0.0.1', '239.1.1.1', '255.255.255.255', '240.0.0.1', '169.254.1.1', '198.18.0.1'],
  ...['::', 'ff02::1', 'fe80::1', 'fec0::1'],
  // IPv4 written as IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo.
  ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:198.51.100.9', '::10.0.0.1', '::ffff:0:10.0.0.1'],
  ...['64:ff9b::10.0.0.1', '64:ff9b:1::10.0.0.1', '2002:a00:1::1', '2001:0:a00:1::1'],
];

describe('a peer', () => {
  it.each([...PRIVATE, ...NEVER])('at %s is refused: 403', (address) => {
    expect(refusals(address)).toEqual([403, 403]);
  });

  it.each(['8.8.8.8', '198.51.100.9', '203.0.113.77', '192.0.2.1', '2001:4860:4860::8888', '2001:db8:1::1'])(
    'at %s is taken',
    (address) => {
      expect(refusals(address)).toEqual(['success', 'success']);
    },
  );

  it.each(PRIVATE)('at %s is taken when private addresses are allowed', (address) => {
    expect(refusals(address, true)).toEqual(['success', 'success']);
  });

  it.each(NEVER)('at %s is refused even then', (address) => {
    expect(refusals(address, true)).toEqual([403, 403]);
  });
});

describe('the server itself', () => {
  it('is relayed to where it offers something to its relayed peers, and nowhere else', () => {
    const stun: Endpoint = { address: SERVER, port: 3479 };
    const world = createWorld({ policy: { allowPrivate: false, own: [SERVER], services: [stun] } });
    const alice = world.client();
    alice.allocate();
    expect([alice.bind(0x4000, stun), alice.bind(0x4001, { ...stun, port: 3478 })]).toEqual(['success', 403]);
  });

  it('gives no permission by a channel that it refuses', () => {
    const world = createWorld();
    const alice = world.client();
    const relayed = alice.allocate();
    expect(alice.bind(0x4000, { address: SERVER, port: 3478 })).toBe(403);
    expect(world.fromPeer(relayed, { address: SERVER, port: 3478 }, DATA)).toEqual([]);
  });

  it('is no peer on an address that has no relayed sockets', () => {
    expect(refusals(OWN_OTHER)).toEqual([403, 403]);
    expect(refusals(OWN_OTHER, true)).toEqual(['success', 'success']);
  });

  it('is a peer on the ports of its relayed sockets, as long as they are there, and on no others', () => {
    const world = createWorld();
    const [alice, bob] = [world.client(), world.client({ remote: { ...PEER, address: '192.0.2.8' } })];
    const [atAlice, atBob] = [alice.allocate(), bob.allocate()];
    expect(alice.permit(atBob)).toBe('success');
    for (const port of [3478, 3479, 3480, 22]) {
      expect(alice.bind(0x4001, { ...atBob, port })).toBe(403);
      alice.send({ ...atBob, port }, DATA);
    }
    expect(world.takeRelayed()).toEqual([]);
    expect(world.relay.counts.dropped['forbidden-peer']).toBe(4);
    expect(alice.bind(0x4000, atBob)).toBe('success');
    alice.sendOn(0x4000, DATA);
    expect(world.takeRelayed()).toEqual([{ from: atAlice, to: atBob, data: [1] }]);
    world.handle({ kind: 'closed', flow: bob.flow });
    alice.sendOn(0x4000, DATA);
    expect(world.takeRelayed()).toEqual([]);
  });
});
