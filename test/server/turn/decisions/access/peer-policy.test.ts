/** To whom nothing is relayed, in every way in which the address can be written. */
import { describe, expect, it } from 'vitest';
import type { HostAddresses } from '../../../../../server/turn/decisions/access/known-host.ts';
import type { Endpoint } from '../../../../../src/endpoint.ts';
import { createWorld, PEER, SERVER, SERVER_V6 } from '../world.ts';

const OWN_OTHER = '203.0.113.11';
const BOTH = { addresses: { IPv4: SERVER, IPv6: SERVER_V6 } };
const DATA = Uint8Array.of(1);

const HOST: HostAddresses = { addresses: [SERVER, OWN_OTHER, SERVER_V6], networks: [] };

/** What CreatePermission and ChannelBind for that peer get. */
function refusals(
  address: string,
  allowPrivate = false,
  { host = HOST, allowPeers = [] as readonly string[] } = {},
): readonly ('success' | number)[] {
  const world = createWorld({ ...BOTH, policy: { allowPrivate, allowPeers }, host });
  const alice = world.client();
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  alice.allocate([{ type: 'REQUESTED-ADDRESS-FAMILY', value: family }]);
  const peer: Endpoint = { address, port: 7000 };
  return [alice.permit(peer), alice.bind(0x4000, peer)];
}

/** The metadata addresses of Azure, Alibaba, Oracle, AWS and Google. */
const METADATA = [
  '168.63.129.16',
  '100.100.100.200',
  '169.254.169.254',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
];
const PRIVATE = [
  ...['10.0.0.1', '172.16.0.1', '172.31.255.254', '192.168.1.1', '100.64.0.1', '127.0.0.1', '127.9.9.9'],
  ...['::1', 'fc00::1', 'fd12:3456::1'],
];
const NEVER = [
  ...METADATA,
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

describe('a peer on a link of the server', () => {
  const host: HostAddresses = { ...HOST, networks: ['127.0.0.1/8', `${SERVER}/24`, '192.0.2.1/32', `${SERVER_V6}/64`] };
  const near = ['203.0.113.77', '2001:db8::77'];

  it.each(near)('at %s, a public address, is refused: 403', (address) => {
    expect(refusals(address, false, { host })).toEqual([403, 403]);
  });

  it.each(near)('at %s is taken when its network is allowed, or private ones are', (address) => {
    expect(refusals(address, false, { host, allowPeers: ['203.0.113.64/26', '2001:db8::/64'] })).toEqual(
      Array(2).fill('success'),
    );
    expect(refusals(address, true, { host })).toEqual(['success', 'success']);
  });

  it('is taken at another relayed socket of the server', () => {
    const world = createWorld({ host });
    const [alice, bob] = [world.client(), world.client({ remote: { ...PEER, address: '192.0.2.8' } })];
    alice.allocate();
    expect(alice.bind(0x4000, bob.allocate())).toBe('success');
  });

  it('is taken outside of the link', () => {
    expect(refusals('203.0.112.255', false, { host })).toEqual(['success', 'success']);
    expect(refusals('192.0.2.2', false, { host })).toEqual(['success', 'success']);
  });
});

describe('a network that is allowed', () => {
  it('opens its private addresses, and no others', () => {
    const allowPeers = ['10.1.0.0/16'];
    expect(refusals('10.1.2.3', false, { allowPeers })).toEqual(['success', 'success']);
    expect(refusals('10.2.2.3', false, { allowPeers })).toEqual([403, 403]);
  });

  it('opens neither the server itself, nor what nobody is relayed to', () => {
    const allowPeers = ['0.0.0.0/0', '::/0'];
    for (const address of [OWN_OTHER, ...NEVER]) expect(refusals(address, false, { allowPeers })).toEqual([403, 403]);
  });
});

describe('an address that the host gets after the start', () => {
  const later = (addresses: readonly string[], networks: readonly string[]) =>
    ({ kind: 'host', addresses: [SERVER, ...addresses], networks }) as const;

  it('is refused from then on, and the permission that was given before ends', () => {
    const world = createWorld();
    const alice = world.client();
    const relayed = alice.allocate();
    expect(alice.bind(0x4000, PEER)).toBe('success');
    world.handle(later([PEER.address], []));
    alice.sendOn(0x4000, DATA);
    expect([world.takeRelayed(), world.fromPeer(relayed, PEER, DATA)]).toEqual([[], []]);
    expect(alice.permit(PEER)).toBe(403);
    world.handle(later([], []));
    expect(alice.permit(PEER)).toBe('success');
  });

  it('brings its link with it', () => {
    const world = createWorld();
    const alice = world.client();
    alice.allocate();
    world.handle(later([], ['198.51.100.1/24']));
    expect(alice.permit(PEER)).toBe(403);
  });
});

describe('the server itself', () => {
  it('is relayed to where it offers something to its relayed peers, and nowhere else', () => {
    const stun: Endpoint = { address: SERVER, port: 3479 };
    const world = createWorld({ policy: { allowPrivate: false, services: [stun] } });
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

  it('is a peer on the relayed sockets of its other processes, as long as they are there', () => {
    const world = createWorld();
    const alice = world.client();
    const atAlice = alice.allocate();
    const elsewhere: Endpoint = { address: SERVER, port: 60_000 };
    world.handle({ kind: 'relayed-elsewhere', endpoint: elsewhere, isThere: true });
    expect([alice.bind(0x4000, elsewhere), alice.bind(0x4001, { ...elsewhere, port: 60_001 })]).toEqual([
      'success',
      403,
    ]);
    alice.sendOn(0x4000, DATA);
    expect(world.takeRelayed()).toEqual([{ from: atAlice, to: elsewhere, data: [1] }]);
    world.handle({ kind: 'relayed-elsewhere', endpoint: elsewhere, isThere: false });
    alice.sendOn(0x4000, DATA);
    expect([world.takeRelayed(), world.relay.counts.dropped['forbidden-peer']]).toEqual([[], 1]);
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
    world.handle({ kind: 'closed', fiveTuple: bob.fiveTuple });
    alice.sendOn(0x4000, DATA);
    expect(world.takeRelayed()).toEqual([]);
  });
});
