/** What can be done to a site while it runs, and the accesses that a site may be given. */
import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  CARRIER_GRADE,
  CLASSIC_NATS,
  FULL_CONE,
  HARD_NATS,
  PORT_RESTRICTED,
  STATIC,
} from '../../../../lab/profiles.ts';
import { createHost } from '../../../../lab/sim/network/host.ts';
import { type Middlebox, pass } from '../../../../lab/sim/network/middlebox.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import { createSite, type SiteOptions } from '../../../../lab/sim/site/site.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';

const SERVER: Endpoint = { address: '203.0.113.10', port: 4000 };
const ignore = (): void => {};

/** A host of a site with that access which has sent to the server; each side remembers from whom it heard. */
function siteOf(access: SiteOptions['access']) {
  const world = createWorld({ seed: 1 });
  const site = createSite(world, { name: 'site', access });
  const server = createHost(world, { name: 'server', addresses: [SERVER.address] });
  const [atServer, atClient]: [Endpoint[], Endpoint[]] = [[], []];
  server.open((from) => atServer.push(from), SERVER);
  const client = site.addHost('client').open((from) => atClient.push(from), { port: 40_000 });
  /** How many datagrams get from the client to the server, and back to where the first one ever came from. */
  const exchange = (): readonly [out: number, back: number] => {
    const before = [atServer.length, atClient.length] as const;
    client.send(SERVER, Uint8Array.of(0));
    world.clock.runToIdle();
    server.sendFrom(SERVER, atServer[0] ?? SERVER, Uint8Array.of(0));
    world.clock.runToIdle();
    return [atServer.length - before[0], atClient.length - before[1]];
  };
  /** How many get from the server to the client alone. */
  const answer = (): number => {
    const before = atClient.length;
    server.sendFrom(SERVER, atServer[0] ?? SERVER, Uint8Array.of(0));
    world.clock.runToIdle();
    return atClient.length - before;
  };
  return { world, site, atServer, exchange, answer };
}

const firewall: AccessProfile = { kind: 'firewall', filtering: 'address-dependent', lifetimeMs: 120_000 };

describe('a site', () => {
  it.each<[string, SiteOptions['access'], number]>([
    ['behind a NAT', FULL_CONE, 0],
    ['behind two NATs', CARRIER_GRADE, 0],
    ['behind a firewall', firewall, 0],
    ['that is open', { kind: 'open' }, 1],
  ])('%s gets, after a reboot and before it sends again, this many answers: %j', (_case, access, expected) => {
    const { site, exchange, answer } = siteOf(access);
    expect(exchange()).toEqual([1, 1]);
    site.reboot();
    expect(answer()).toBe(expected);
    expect(exchange()).toEqual([1, 1]);
  });

  it.each<[string, SiteOptions['access']]>([
    ['behind a NAT', FULL_CONE],
    ['behind two NATs', CARRIER_GRADE],
    ['behind a static NAT', STATIC],
  ])('%s is seen elsewhere once it is renumbered, and reached no longer where it was', (_case, access) => {
    const { site, exchange, atServer } = siteOf(access);
    expect(exchange()).toEqual([1, 1]);
    site.renumber();
    expect(exchange()).toEqual([1, 0]);
    const [before, after] = atServer.map(({ address }) => address);
    expect([before, after === before]).toEqual(['198.51.100.1', false]);
  });

  it('that is not translated keeps its addresses when it is renumbered, and forgets', () => {
    const { site, exchange, answer, atServer } = siteOf(firewall);
    expect(exchange()).toEqual([1, 1]);
    site.renumber();
    expect(answer()).toBe(0);
    expect(exchange()).toEqual([1, 1]);
    expect(atServer[1]).toEqual(atServer[0]);
  });

  it('behind two NATs loses its way in when either of its routers is rebooted', () => {
    for (const index of [0, 1]) {
      const { site, exchange, answer } = siteOf(CARRIER_GRADE);
      expect(site.routers.map(({ name }) => name)).toEqual(['site layer 1', 'site layer 2']);
      exchange();
      site.routers[index]?.reboot();
      expect(answer()).toBe(0);
    }
  });

  it.each<[string, SiteOptions['access']]>([
    ['behind a NAT', PORT_RESTRICTED],
    ['behind two NATs', CARRIER_GRADE],
    ['behind a firewall', firewall],
    ['that is open', { kind: 'open' }],
  ])('%s is cut off and restored, and has not forgotten anything', (_case, access) => {
    const { site, exchange, answer } = siteOf(access);
    expect(exchange()).toEqual([1, 1]);
    site.cutLink();
    expect(exchange()).toEqual([0, 0]);
    site.restoreLink();
    expect(answer()).toBe(1);
  });

  it('has hosts that reach each other while its link is cut', () => {
    const { world, site } = siteOf(FULL_CONE);
    const got: Endpoint[] = [];
    const [first, second] = [site.addHost('first').open(ignore), site.addHost('second').open((from) => got.push(from))];
    site.cutLink();
    first.send(second.local, Uint8Array.of(0));
    world.clock.runToIdle();
    expect(got).toEqual([first.local]);
  });
});

describe('an access', () => {
  it.each([...CLASSIC_NATS, ...HARD_NATS].map((access) => [access.name, access] as const))(
    'may be a profile, or have a name: %s',
    (_name, access) => {
      const { exchange } = siteOf(access);
      expect(exchange()).toEqual([1, 1]);
    },
  );

  it('may be a box of whoever needs another one', () => {
    /** Translates the address and leaves the port, with no state at all. */
    const createBox = ({
      addresses: [address],
    }: {
      readonly addresses: readonly [string, ...string[]];
    }): Middlebox => ({
      outbound: (_now, packet) => pass('outside', { ...packet, from: { ...packet.from, address } }),
      inbound: (_now, packet) => pass('inside', { ...packet, to: { ...packet.to, address: '192.168.1.10' } }),
    });
    const { atServer, exchange, site } = siteOf({ kind: 'box', createBox });
    expect(exchange()).toEqual([1, 1]);
    expect(atServer).toEqual([{ address: '198.51.100.1', port: 40_000 }]);
    site.reboot();
    expect(exchange()).toEqual([1, 1]);
  });

  it('is refused when it is of no kind, or has no layer', () => {
    const world = createWorld({ seed: 1 });
    const access = { kind: 'bridge' } as unknown as AccessProfile;
    expect(() => createSite(world, { name: 'a', access })).toThrow(/^access is \{"kind":"bridge"\}; it must be/);
    const empty = { kind: 'nat', layers: [] } as unknown as AccessProfile;
    expect(() => createSite(world, { name: 'b', access: empty })).toThrow(/^layers is empty; it must be/);
  });

  it.each(['10.0', '10.0.0.0', 'fd00:1'])('is refused with a prefix that is none of IPv4: %s', (prefix) => {
    const world = createWorld({ seed: 1 });
    expect(() => createSite(world, { name: 'a', access: FULL_CONE, prefix })).toThrow(
      new RangeError(`prefix is "${prefix}"; it must be three parts such as 192.168.1`),
    );
  });
});
