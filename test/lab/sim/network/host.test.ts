/** Hosts, routes and links put together: what arrives where, when, and what becomes of the rest. */
import { describe, expect, it } from 'vitest';
import { createHost } from '../../../../lab/sim/network/host.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import type { TraceEntry } from '../../../../lab/sim/network/trace.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';

function pairOf(options: { readonly seed?: number; readonly loss?: number; readonly state?: 'up' | 'down' } = {}) {
  const { seed = 1, loss = 0, state = 'up' } = options;
  const trace: TraceEntry[] = [];
  const world = createWorld({ seed, trace: (entry) => trace.push(entry) });
  const link = symmetricLink({ latencyMs: 20, loss });
  const here = createHost(world, { name: 'here', realm: world.internet, link });
  const there = createHost(world, {
    name: 'there',
    realm: world.internet,
    link: symmetricLink({ latencyMs: 5 }),
    state,
  });
  const happened = () =>
    trace.map(({ at, place, event, ...rest }) => [at, place, event, 'why' in rest ? rest.why : null]);
  return { world, here, there, happened };
}

const ignore = (): void => {};

describe('host', () => {
  it('gets a datagram after the latency of both links, with the source that it came from', () => {
    const { world, here, there } = pairOf();
    const got: { at: number; from: Endpoint; bytes: Uint8Array }[] = [];
    const receiver = there.open((from, bytes) => got.push({ at: world.clock.now(), from, bytes }), { port: 5000 });
    const sender = here.open(ignore);
    expect(receiver.local).toEqual({ address: '198.51.100.2', port: 5000 });
    expect(sender.send(receiver.local, Uint8Array.of(1, 2))).toBeNull();
    world.clock.runToIdle();
    expect(got).toEqual([{ at: 25, from: sender.local, bytes: Uint8Array.of(1, 2) }]);
  });

  it('opens sockets on different dynamic ports, and refuses a port that is taken until it is closed', () => {
    const { here } = pairOf();
    const ports = Array.from({ length: 500 }, () => here.open(ignore).local.port);
    expect(new Set(ports).size).toBe(500);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(49_152);
    const socket = here.open(ignore, { port: 7 });
    expect(() => here.open(ignore, { port: 7 })).toThrow('EADDRINUSE: 198.51.100.1:7 on here');
    socket.close();
    expect(here.open(ignore, { port: 7 }).local.port).toBe(7);
  });

  it.each([
    ['to a port without a socket', 'there', 'no-socket', { address: '198.51.100.2', port: 9 }, {}],
    ['to a host that is down', 'there', 'host-down', { address: '198.51.100.2', port: 9 }, { state: 'down' }],
    ['to an address that nobody has', 'here', 'no-route', { address: '198.51.100.99', port: 9 }, {}],
    ['on a link that loses it', 'here up', 'loss', { address: '198.51.100.2', port: 9 }, { loss: 1 }],
  ] as const)('drops silently what goes %s', (_case, place, why, to, options) => {
    const { world, here, happened } = pairOf(options);
    here.open(ignore).send(to, Uint8Array.of(1));
    world.clock.runToIdle();
    expect(happened().filter(([, , event]) => event === 'dropped')).toEqual([
      [{ loss: 0, 'no-route': 20, 'no-socket': 25, 'host-down': 25 }[why], place, 'dropped', why],
    ]);
  });

  it('refuses to send to an address of the other family', () => {
    const { here } = pairOf();
    expect(here.open(ignore).send({ address: '2001:db8::1', port: 9 }, Uint8Array.of(1))).toBe('ENETUNREACH');
  });
});

describe('misuse of a host', () => {
  it.each([0, 65_536, 1.5, Number.NaN])('refuses the port %s', (port) => {
    const { here } = pairOf();
    const refusal = new RangeError(`port is ${port}; it must be an integer from 1 to 65535`);
    expect(() => here.open(ignore, { port })).toThrow(refusal);
  });

  it('refuses an address that it does not have', () => {
    const { here } = pairOf();
    const refusal = new RangeError('10.0.0.1 is no address of here; it has 198.51.100.1');
    expect(() => here.open(ignore, { address: '10.0.0.1' })).toThrow(refusal);
  });

  it('refuses a TTL that no packet can have', () => {
    const socket = pairOf().here.open(ignore);
    const refusal = new RangeError('ttl is 0; it must be an integer from 1 to 255');
    expect(() => socket.send(socket.local, Uint8Array.of(1), { ttl: 0 })).toThrow(refusal);
  });

  it('refuses to send from a socket that is closed, and closing it again leaves its successor open', () => {
    const { here } = pairOf();
    const socket = here.open(ignore, { port: 7 });
    socket.close();
    expect(() => socket.send(socket.local, Uint8Array.of(1))).toThrow('the socket 198.51.100.1:7 on here is closed');
    here.open(ignore, { port: 7 });
    socket.close();
    expect(() => here.open(ignore, { port: 7 })).toThrow('EADDRINUSE');
  });

  it('refuses what is no bytes', () => {
    const socket = pairOf().here.open(ignore);
    const text = 'hello' as unknown as Uint8Array;
    expect(() => socket.send(socket.local, text)).toThrow(new TypeError('a datagram must be a Uint8Array'));
  });

  it.each(['203.0.113', '203.0.113.010', '2001:DB8::1', ''])('refuses the address %j for a host', (address) => {
    const { world } = pairOf();
    expect(() => createHost(world, { name: 'other', addresses: [address] })).toThrow(
      `address is ${JSON.stringify(address)}; it must be an IPv4 address, or an IPv6 address as RFC 5952 writes it`,
    );
  });

  it('refuses a name and an address that another has', () => {
    const { world } = pairOf();
    expect(() => createHost(world, { name: 'here' })).toThrow(
      new RangeError('"here" is taken; every name in a world is unique'),
    );
    expect(() => createHost(world, { name: 'other', addresses: ['198.51.100.2'] })).toThrow(
      new RangeError('198.51.100.2 is taken in internet'),
    );
  });
});

describe('a datagram', () => {
  it('holds what the buffer held when it was sent', () => {
    const { world, here, there } = pairOf();
    const got: Uint8Array[] = [];
    const { local } = there.open((_from, bytes) => got.push(bytes));
    const buffer = Uint8Array.of(1);
    here.open(ignore).send(local, buffer);
    buffer[0] = 2;
    world.clock.runToIdle();
    expect(got).toEqual([Uint8Array.of(1)]);
  });
});

describe('a link that is cut', () => {
  it('drops what enters it in either direction, delivers what is under way, and carries again when it is restored', () => {
    const { world, here, there, happened } = pairOf();
    const got: number[] = [];
    const [mine, theirs] = [here, there].map((host) => host.open((_from, [byte = 0]) => got.push(byte), { port: 7 }));
    if (!mine || !theirs) throw new Error('two sockets were to open');
    mine.send(theirs.local, Uint8Array.of(1));
    here.cutLink();
    mine.send(theirs.local, Uint8Array.of(2));
    theirs.send(mine.local, Uint8Array.of(3));
    world.clock.runToIdle();
    expect(got).toEqual([1]);
    expect(happened().filter(([, , event]) => event === 'dropped')).toEqual([
      [0, 'here up', 'dropped', 'link-down'],
      [5, 'here down', 'dropped', 'link-down'],
    ]);
    here.restoreLink();
    mine.send(theirs.local, Uint8Array.of(4));
    theirs.send(mine.local, Uint8Array.of(5));
    world.clock.runToIdle();
    expect(got.toSorted()).toEqual([1, 4, 5]);
  });
});

describe('TCP connect', () => {
  const connect = ({ world, here }: ReturnType<typeof pairOf>, to: Endpoint): readonly [string, number][] => {
    const settled: [string, number][] = [];
    here.connect(to, (outcome) => settled.push([outcome, world.clock.now()]));
    world.clock.runToIdle();
    return settled;
  };
  const to = { address: '198.51.100.2', port: 3480 };

  it('is accepted after a round trip where somebody listens', () => {
    const pair = pairOf();
    pair.there.listen(3480);
    expect(connect(pair, to)).toEqual([['accepted', 50]]);
  });

  it('fails after a round trip where nobody listens', () => {
    expect(connect(pairOf(), to)).toEqual([['failed', 50]]);
  });

  it('fails after every SYN has gone unanswered by a host that is down', () => {
    expect(connect(pairOf({ state: 'down' }), to)).toEqual([['failed', 127_000]]);
  });

  it('fails in the same time when nobody has the address', () => {
    expect(connect(pairOf(), { address: '198.51.100.99', port: 3480 })).toEqual([['failed', 127_000]]);
  });

  it('is accepted on a lossy link after another SYN, once', () => {
    const outcomes = Array.from({ length: 50 }, (_, seed) => {
      const pair = pairOf({ seed, loss: 0.3 });
      pair.there.listen(3480);
      return connect(pair, to);
    });
    expect(new Set(outcomes.flat().map(([outcome]) => outcome))).toEqual(new Set(['accepted']));
    expect(outcomes.every((one) => one.length === 1)).toBe(true);
    // A round trip after one of the SYNs, each of which waits twice as long as the one before.
    const times = new Set(outcomes.flat().map(([, at]) => at));
    expect([50, 1050, 3050, 7050, 15_050, 31_050, 63_050]).toEqual(expect.arrayContaining([...times]));
    expect(times.size).toBeGreaterThan(3);
  });
});
