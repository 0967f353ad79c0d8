/** Ways to the public network: what the public side sees of the hosts of a site, and how they see each other. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  FULL_CONE,
  type NatProfile,
  PORT_RESTRICTED,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';
import { createHost, type Host, type UdpSocket } from '../../../../lab/sim/network/host.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { createWorld, type World } from '../../../../lab/sim/network/world.ts';
import { createSite } from '../../../../lab/sim/site/site.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';

const SERVER: Endpoint = { address: '203.0.113.10', port: 3478 };
const HAIRPIN: NatProfile = { ...FULL_CONE, hairpin: true };

interface Got {
  readonly at: number;
  readonly from: Endpoint;
}

/** A socket that remembers from whom it got something. */
function listenOn(world: World, host: Host, local?: { readonly address?: string; readonly port?: number }) {
  const got: Got[] = [];
  const socket = host.open((from) => got.push({ at: world.clock.now(), from }), local);
  return { ...socket, got };
}

function publicSide() {
  const world = createWorld({ seed: 1 });
  const host = createHost(world, { name: 'server', realm: world.internet, addresses: [SERVER.address] });
  const server = listenOn(world, host, SERVER);
  /** What the server sees as the source of a datagram from that socket. */
  const sourceOf = (socket: UdpSocket): Endpoint | undefined => {
    socket.send(SERVER, Uint8Array.of(0));
    world.clock.runToIdle();
    return server.got.at(-1)?.from;
  };
  return { world, host, server, sourceOf };
}

const nat = (...layers: [NatProfile, ...NatProfile[]]): AccessProfile => ({ kind: 'nat', layers });

describe('site', () => {
  it.each<[string, AccessProfile, Endpoint | undefined]>([
    ['open', { kind: 'open' }, { address: '198.51.100.1', port: 40_000 }],
    [
      'behind a firewall',
      { kind: 'firewall', filtering: 'address-dependent', lifetimeMs: 1000 },
      { address: '198.51.100.1', port: 40_000 },
    ],
    ['behind a NAT', nat(FULL_CONE), { address: '198.51.100.1', port: 40_000 }],
    ['behind two NATs', nat(FULL_CONE, PORT_RESTRICTED), { address: '198.51.100.1', port: 40_000 }],
    ['in a network without UDP', { kind: 'udp-blocked' }, undefined],
  ])('%s is seen by the public side as it should be', (_case, access, expected) => {
    const { world, sourceOf } = publicSide();
    const host = createSite(world, { name: 'site', access }).addHost('host');
    expect(sourceOf(host.open(() => {}, { port: 40_000 }))).toEqual(expected);
    expect(host.addresses).toEqual([access.kind === 'nat' ? '192.168.1.10' : '198.51.100.1']);
  });

  it('gets answers back through every layer, and after the latency of one link', () => {
    const { world, host: server, sourceOf } = publicSide();
    const link = symmetricLink({ latencyMs: 30 });
    const site = createSite(world, { name: 'site', access: nat(PORT_RESTRICTED, FULL_CONE, PORT_RESTRICTED), link });
    const client = listenOn(world, site.addHost('host'));
    const mapped = sourceOf(client);
    expect(world.clock.now()).toBe(30);
    server.sendFrom(SERVER, mapped ?? SERVER, Uint8Array.of(0));
    server.sendFrom({ ...SERVER, port: 9 }, mapped ?? SERVER, Uint8Array.of(0));
    world.clock.runToIdle();
    expect(client.got).toEqual([{ at: 60, from: SERVER }]);
  });

  it('connects by TCP where UDP is blocked', () => {
    const { world, host: server } = publicSide();
    server.listen(3480);
    const outcomes: string[] = [];
    const host = createSite(world, { name: 'site', access: { kind: 'udp-blocked' } }).addHost('host');
    host.connect({ ...SERVER, port: 3480 }, (outcome) => outcomes.push(outcome));
    world.clock.runToIdle();
    expect(outcomes).toEqual(['accepted']);
  });

  it('connects by TCP through nested NATs of the strictest kind', () => {
    const { world, host: server } = publicSide();
    server.listen(3480);
    const outcomes: string[] = [];
    const host = createSite(world, { name: 'site', access: nat(SYMMETRIC, SYMMETRIC) }).addHost('host');
    host.connect({ ...SERVER, port: 3480 }, (outcome) => outcomes.push(outcome));
    world.clock.runToIdle();
    expect(outcomes).toEqual(['accepted']);
  });

  it('keeps two hosts apart that use the same port behind one NAT', () => {
    const { world, host: server, sourceOf } = publicSide();
    const site = createSite(world, { name: 'site', access: nat(FULL_CONE) });
    const first = listenOn(world, site.addHost('first'), { port: 40_000 });
    const second = listenOn(world, site.addHost('second'), { port: 40_000 });
    const [ofFirst = SERVER, ofSecond = SERVER] = [sourceOf(first), sourceOf(second)];
    expect(ofFirst).toEqual({ address: '198.51.100.1', port: 40_000 });
    expect(ofSecond.address).toBe('198.51.100.1');
    expect(ofSecond.port).not.toBe(40_000);
    server.sendFrom(SERVER, ofSecond, Uint8Array.of(0));
    world.clock.runToIdle();
    expect([first.got.length, second.got.length]).toEqual([0, 1]);
  });
});

describe('hosts of one site', () => {
  const behind = (access: AccessProfile) => {
    const { world, sourceOf } = publicSide();
    const site = createSite(world, { name: 'site', access });
    const first = listenOn(world, site.addHost('first'), { port: 40_000 });
    const second = listenOn(world, site.addHost('second'), { port: 50_000 });
    const mapped = { first: sourceOf(first) ?? SERVER, second: sourceOf(second) ?? SERVER };
    const send = (to: Endpoint): Endpoint[] => {
      first.send(to, Uint8Array.of(0));
      world.clock.runToIdle();
      return second.got.map(({ from }) => from);
    };
    return { first, second, mapped, send };
  };

  it('reach each other by their local endpoints, without the router', () => {
    const { first, second, send } = behind(nat(SYMMETRIC));
    expect(send(second.local)).toEqual([first.local]);
  });

  it('reach each other by their public endpoints through a NAT that hairpins', () => {
    const { mapped, send } = behind(nat(HAIRPIN));
    expect(send(mapped.second)).toEqual([mapped.first]);
  });

  it('do not through a NAT that does not', () => {
    const { mapped, send } = behind(nat(FULL_CONE));
    expect(send(mapped.second)).toEqual([]);
  });

  it('do through the outer of two NATs when that one hairpins', () => {
    const { mapped, send } = behind(nat(FULL_CONE, HAIRPIN));
    expect(send(mapped.second)).toEqual([mapped.first]);
  });

  it('reach each other from two homes behind one carrier NAT that hairpins', () => {
    const { world, sourceOf } = publicSide();
    const carrier = createSite(world, { name: 'carrier', access: nat(HAIRPIN), prefix: '100.64.0' });
    const home = (name: string) => {
      const site = createSite(world, { name, access: nat(FULL_CONE), outside: carrier.inside });
      return listenOn(world, site.addHost(`${name} host`));
    };
    const [a, b] = [home('a'), home('b')];
    expect([a.local.address, b.local.address]).toEqual(['192.168.1.10', '192.168.1.10']);
    const [ofA, ofB] = [sourceOf(a), sourceOf(b)];
    a.send(ofB ?? SERVER, Uint8Array.of(0));
    world.clock.runToIdle();
    expect(b.got.map(({ from }) => from)).toEqual([ofA]);
  });
});
