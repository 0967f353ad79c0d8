/** Sites with both families, or with IPv6 alone: the addresses of their hosts, the ways out, and the one link of both. */
import { describe, expect, it } from 'vitest';
import {
  CARRIER_GRADE,
  dualStack,
  FULL_CONE,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  type Ipv6Access,
  type NatProfile,
  PORT_RESTRICTED,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';
import { createHost, type Host } from '../../../../lab/sim/network/host.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import type { TraceEntry } from '../../../../lab/sim/network/trace.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import { createSite, type SiteOptions } from '../../../../lab/sim/site/site.ts';
import { canonicalAddress, type Endpoint, type Family, familyOf } from '../../../../src/endpoint.ts';

const SERVER: Readonly<Record<Family, Endpoint>> = {
  IPv4: { address: '203.0.113.10', port: 4000 },
  IPv6: { address: '2001:db8::10', port: 4000 },
};
const FAMILIES = ['IPv4', 'IPv6'] as const;
const [OPEN, , FIREWALL, NAT66] = IPV6_ACCESSES as readonly [
  (typeof IPV6_ACCESSES)[number],
  (typeof IPV6_ACCESSES)[number],
  (typeof IPV6_ACCESSES)[number],
  (typeof IPV6_ACCESSES)[number],
];
const ULA = /^fd[0-9a-f]{2}(:[0-9a-f]{1,4}){2}::10$/;

/** A world with a server that has both families, and a site in it. */
function worldOf(options: Omit<SiteOptions, 'name'>, { seed = 1 } = {}) {
  const trace: TraceEntry[] = [];
  const world = createWorld({ seed, trace: (entry) => trace.push(entry) });
  const server = createHost(world, { name: 'server', addresses: [SERVER.IPv4.address, SERVER.IPv6.address] });
  const site = createSite(world, { name: 'site', ...options });
  return { world, trace, server, site };
}

/** A host with a socket in each of its families, which can be told to send, and to be answered. */
function talkOf({ world, server }: ReturnType<typeof worldOf>, host: Host) {
  const [atServer, atHost] = [new Map<Family, Endpoint[]>(), new Map<Family, Endpoint[]>()];
  const note = (where: Map<Family, Endpoint[]>, from: Endpoint): void => {
    const family = familyOf(from.address);
    where.set(family, [...(where.get(family) ?? []), from]);
  };
  for (const family of FAMILIES) server.open((from) => note(atServer, from), SERVER[family]);
  const sockets = new Map(
    host.addresses.map((address) => [
      familyOf(address),
      host.open((from) => note(atHost, from), { address, port: 40_000 }),
    ]),
  );
  /** The endpoint from which the server has heard the host over that family; undefined if it has not. */
  const send = (family: Family): Endpoint | undefined => {
    atServer.delete(family);
    sockets.get(family)?.send(SERVER[family], Uint8Array.of(0));
    world.clock.runToIdle();
    return atServer.get(family)?.[0];
  };
  /** How many datagrams of the server to that endpoint the host gets. */
  const answer = (to: Endpoint, from?: Endpoint): number => {
    const family = familyOf(to.address);
    atHost.delete(family);
    server.sendFrom(from ?? SERVER[family], to, Uint8Array.of(0));
    world.clock.runToIdle();
    return atHost.get(family)?.length ?? 0;
  };
  return { send, answer };
}

describe('a host with both families', () => {
  it.each<[name: string, access: Ipv6Access, inside: RegExp]>([
    ['open', OPEN.access, /^2001:db8:1::1$/],
    ['behind a firewall', FIREWALL.access, /^2001:db8:1::1$/],
    ['behind a NAT66', NAT66.access, ULA],
    ['behind two NAT66', { kind: 'nat', layers: [PORT_RESTRICTED, FULL_CONE] }, ULA],
  ])('has its IPv4 address first, and is seen by a public address of each: %s', (_name, ipv6, inside) => {
    const lab = worldOf({ access: dualStack(SYMMETRIC, { name: 'ipv6', access: ipv6 }) });
    const host = lab.site.addHost('host');
    expect(host.addresses).toEqual(['192.168.1.10', expect.stringMatching(inside)]);
    expect(host.addresses.map(canonicalAddress)).toEqual(host.addresses);
    const { send, answer } = talkOf(lab, host);
    expect(send('IPv4')?.address).toBe('198.51.100.1');
    const seen = send('IPv6');
    expect(seen).toEqual({ address: '2001:db8:1::1', port: 40_000 });
    expect(seen && answer(seen)).toBe(1);
    expect(host.open(() => {}).local.address).toBe('192.168.1.10');
  });

  it('sends from either address to its family alone', () => {
    const { site } = worldOf({ access: dualStack(FULL_CONE, OPEN) });
    const host = site.addHost('host');
    const [first, second = ''] = host.addresses;
    expect([first, second]).toEqual(['192.168.1.10', '2001:db8:1::1']);
    expect(site.addHost('other').addresses).toEqual(['192.168.1.11', '2001:db8:1::2']);
    const nothing = Uint8Array.of(0);
    expect(host.open(() => {}).send(SERVER.IPv6, nothing)).toBe('ENETUNREACH');
    expect(host.open(() => {}, { address: second }).send(SERVER.IPv4, nothing)).toBe('ENETUNREACH');
    expect(host.open(() => {}, { address: second }).send(SERVER.IPv6, nothing)).toBeNull();
  });

  it('is let in by what its own family has sent, and not by the other', () => {
    const lab = worldOf({ access: dualStack(PORT_RESTRICTED, FIREWALL) });
    const { send, answer } = talkOf(lab, lab.site.addHost('host'));
    const seen = send('IPv4');
    expect(answer({ address: '2001:db8:1::1', port: 40_000 })).toBe(0);
    expect(seen && answer(seen)).toBe(1);
    send('IPv6');
    expect(answer({ address: '2001:db8:1::1', port: 40_000 })).toBe(1);
    expect(lab.trace.filter(({ event }) => event === 'passed').map(({ place }) => place)).toEqual([
      ...['site', 'site'],
      ...['site IPv6', 'site IPv6'],
    ]);
  });

  it('connects by TCP over the family of whom it connects to, and not at all where it has none', () => {
    const { world, server, site } = worldOf({ access: dualStack(SYMMETRIC, NAT66) });
    server.listen(80);
    const outcomes: string[] = [];
    const host = site.addHost('host');
    for (const family of FAMILIES) host.connect({ ...SERVER[family], port: 80 }, (outcome) => outcomes.push(outcome));
    world.clock.runToIdle();
    const alone = createHost(world, { name: 'alone' });
    alone.connect({ ...SERVER.IPv6, port: 80 }, (outcome) => outcomes.push(outcome));
    expect(outcomes).toEqual(['accepted', 'accepted']);
    world.clock.runToIdle();
    expect(outcomes).toEqual(['accepted', 'accepted', 'failed']);
  });
});

describe('the one link of a site with both families', () => {
  const reached = (access: SiteOptions['access']) => {
    const lab = worldOf({ access, link: symmetricLink({ latencyMs: 30 }) });
    return { ...lab, ...talkOf(lab, lab.site.addHost('host')) };
  };

  it.each([OPEN, FIREWALL, NAT66])('is cut and restored for both: $name', (ipv6) => {
    const { site, send, world } = reached(dualStack(FULL_CONE, ipv6));
    site.cutLink();
    expect(FAMILIES.map(send)).toEqual([undefined, undefined]);
    expect(world.clock.now()).toBe(0);
    site.restoreLink();
    expect(FAMILIES.map((family) => send(family)?.port)).toEqual([40_000, 40_000]);
    expect(world.clock.now()).toBe(60);
  });

  it('is cut by any of the outermost routers', () => {
    const { site, send } = reached(dualStack(CARRIER_GRADE, NAT66));
    expect(site.routers.map(({ name }) => name)).toEqual(['site layer 1', 'site layer 2', 'site IPv6']);
    site.routers[2]?.cutLink();
    expect(FAMILIES.map(send)).toEqual([undefined, undefined]);
  });

  it('loses packets of both by one draw after the other', () => {
    const loss = (access: SiteOptions['access'], order: readonly Family[]) => {
      const lab = worldOf({ access, link: symmetricLink({ loss: 0.5 }) });
      const { send } = talkOf(lab, lab.site.addHost('host'));
      return order.map((family) => send(family) === undefined);
    };
    const both = Array.from({ length: 20 }, (_, index) => FAMILIES[index % 2] ?? 'IPv4');
    const alone = both.map(() => 'IPv4' as const);
    const fates = loss(dualStack(FULL_CONE, OPEN), both);
    expect(new Set(fates)).toEqual(new Set([true, false]));
    expect(fates).toEqual(loss(FULL_CONE, alone));
  });

  it.each([
    [FULL_CONE, FIREWALL],
    [CARRIER_GRADE, NAT66],
  ])('leads nowhere in either family after a reboot: $0.name, $1.name', (ipv4, ipv6) => {
    const { site, send, answer } = reached(dualStack(ipv4, ipv6));
    const seen = FAMILIES.map(send);
    const answers = () => seen.map((to) => to && answer(to));
    expect(answers()).toEqual([1, 1]);
    site.reboot();
    expect(answers()).toEqual([0, 0]);
  });
});

describe('IPv6 that is dropped', () => {
  it('is announced, and loses what is sent and what comes, with a reason, while IPv4 works', () => {
    const lab = worldOf({ access: dualStack(FULL_CONE, IPV6_DROPPED) });
    const host = lab.site.addHost('host');
    const { send, answer } = talkOf(lab, host);
    expect(host.addresses).toEqual(['192.168.1.10', '2001:db8:1::1']);
    expect(send('IPv6')).toBeUndefined();
    expect(answer({ address: '2001:db8:1::1', port: 40_000 })).toBe(0);
    expect(lab.trace.flatMap((entry) => (entry.event === 'dropped' ? [[entry.place, entry.why]] : []))).toEqual([
      ['site IPv6', 'black-hole'],
      ['site IPv6', 'black-hole'],
    ]);
    expect(send('IPv4')).toEqual({ address: '198.51.100.1', port: 40_000 });
  });
});

describe('a site with IPv6 alone', () => {
  it.each<[name: string, access: SiteOptions['access'], inside: RegExp]>([
    ['open', { kind: 'open' }, /^2001:db8:1::1$/],
    ['behind a firewall', FIREWALL, /^2001:db8:1::1$/],
    ['behind a NAT66 by its profile', SYMMETRIC, ULA],
    ['behind two NAT66', CARRIER_GRADE, ULA],
  ])('has hosts with one address: %s', (_name, access, inside) => {
    const lab = worldOf({ access, family: 'IPv6' });
    const host = lab.site.addHost('host');
    expect(host.addresses).toEqual([expect.stringMatching(inside)]);
    const { send, answer } = talkOf(lab, host);
    const seen = send('IPv6');
    expect(seen?.address).toBe('2001:db8:1::1');
    expect(seen && answer(seen)).toBe(1);
  });

  it('has a prefix of its own behind a NAT66, by the seed and its name', () => {
    const addressOf = (seed: number, name: string) =>
      createSite(createWorld({ seed }), { name, access: NAT66, family: 'IPv6' }).addHost('host').addresses[0];
    const addresses = [addressOf(1, 'a'), addressOf(1, 'b'), addressOf(2, 'a')];
    expect(new Set(addresses).size).toBe(3);
    expect(addressOf(1, 'a')).toBe(addresses[0]);
  });

  it('has as many hosts behind a static NAT66 as that has addresses', () => {
    const profile: NatProfile = { ...FULL_CONE, translation: 'static', poolSize: 2 };
    const lab = worldOf({ access: profile, family: 'IPv6' });
    const seen = ['first', 'second'].map((name) => {
      const host = lab.site.addHost(name);
      let from: Endpoint | undefined;
      const socket = lab.server.open((source) => (from = source), { address: SERVER.IPv6.address });
      host.open(() => {}, { port: 40_000 }).send(socket.local, Uint8Array.of(0));
      lab.world.clock.runToIdle();
      return from;
    });
    expect(seen).toEqual([
      { address: '2001:db8:1::1', port: 40_000 },
      { address: '2001:db8:1::2', port: 40_000 },
    ]);
  });
});

describe('a home behind a carrier', () => {
  it('has a carrier NAT for IPv4, and global IPv6 addresses that the public network knows', () => {
    const lab = worldOf({ access: dualStack(PORT_RESTRICTED, OPEN) });
    const home = createSite(lab.world, {
      name: 'home',
      access: dualStack(FULL_CONE, FIREWALL),
      outside: lab.site.inside,
    });
    const host = home.addHost('host');
    expect(host.addresses).toEqual(['192.168.1.10', '2001:db8:1::1']);
    const { send, answer } = talkOf(lab, host);
    const seen = FAMILIES.map(send);
    expect(seen.map((one) => one?.address)).toEqual(['198.51.100.1', '2001:db8:1::1']);
    expect(seen.map((to) => to && answer(to))).toEqual([1, 1]);
    expect(answer({ address: '2001:db8:1::1', port: 40_000 }, { ...SERVER.IPv6, port: 9 })).toBe(0);
  });

  it('is refused IPv6 where the carrier has none', () => {
    const { world, site } = worldOf({ access: PORT_RESTRICTED });
    const refusal = new RangeError('site has no IPv6 addresses to give out');
    const beside = { outside: site.inside, family: 'IPv6' } as const;
    const open = createSite(world, { name: 'open', access: OPEN, ...beside });
    expect(() => open.addHost('host')).toThrow(refusal);
    expect(() => createSite(world, { name: 'translated', access: NAT66, ...beside })).toThrow(refusal);
  });
});
