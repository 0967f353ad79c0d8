/** The rules of routers that choose ports of endpoint-independent mappings by themselves. */
import { describe, expect, it } from 'vitest';
import { behindNat } from '../../../../lab/accesses.ts';
import { type RouterRules, routerRules } from '../../../../lab/docker/router/rules.ts';
import { DEFAULT_ADDRESSING, sitePlace } from '../../../../lab/docker/topology/addressing.ts';
import { HAIRPIN, POOL_ARBITRARY, POOL_PAIRED, PORT_PARITY } from '../../../../lab/further-nats.ts';
import {
  FULL_CONE,
  INBOUND_FIRST,
  type NatProfile,
  PORT_RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_BLOCK,
} from '../../../../lab/profiles.ts';

const placeOf = (clients: number) => sitePlace(DEFAULT_ADDRESSING, { index: 0, clients, routed: false });
const POOL = ['203.0.113.12', '203.0.113.13', '203.0.113.14'];

const rulesOf = (profile: NatProfile, clients: number): RouterRules =>
  routerRules(behindNat(profile).access, { ...placeOf(clients), ...(profile.poolSize > 1 && { pool: POOL }) });
const translating = ({ iptables }: RouterRules): readonly string[] =>
  iptables.split('\n').filter((line) => line.startsWith('-A POSTROUTING'));
/** The table of ports, with the elements of its lists counted. */
const tableOf = ({ nft }: RouterRules): string =>
  nft
    .slice(nft.indexOf('table ip ports'))
    .replace(/elements = \{ (.*?) \}/g, (_all, list) => `elements: ${list.split(', ').length}`);
/** The ports of the list of that name. */
const portsOf = ({ nft }: RouterRules, name: string): readonly number[] => {
  const [, elements = ''] = new RegExp(`map ${name} .* elements = \\{ (.*?) \\}`).exec(nft) ?? [];
  return elements.split(', ').map((element) => Number(element.split(' : ')[1]));
};

describe('the rules of a NAT that preserves ports', () => {
  it('leave them to iptables where there is one client', () => {
    expect(rulesOf(PORT_RESTRICTED, 1).nft).toBe('');
  });

  it('keep the port of each of two clients as long as the other does not have it', () => {
    const rules = rulesOf(PORT_RESTRICTED, 2);
    expect(translating(rules)).toEqual(['-A POSTROUTING -o wan -j SNAT --to-source 203.0.113.101']);
    expect(tableOf(rules)).toBe(`table ip ports {
  map mappings { type ipv4_addr . inet_service : inet_service; flags dynamic,timeout; timeout 120s; size 65535; }
  set taken0 { type inet_service; flags dynamic,timeout; timeout 120s; size 65535; }
  map others { typeof numgen inc mod 1024 : udp sport; elements: 1024 }
  chain source {
    type nat hook postrouting priority srcnat - 1;
    oifname "wan" jump choose
  }
  chain choose {
    ip saddr { 10.113.0.2, 10.113.0.3 } meta l4proto udp snat ip to 203.0.113.101 : ip saddr . udp sport map @mappings
    ip saddr { 10.113.0.2, 10.113.0.3 } meta l4proto udp udp sport != @taken0 snat ip to 203.0.113.101 : udp sport
    ip saddr { 10.113.0.2, 10.113.0.3 } meta l4proto udp snat ip to 203.0.113.101 : numgen inc mod 1024 map @others
  }
  chain learn {
    type filter hook postrouting priority srcnat + 1;
    oifname "wan" ip saddr 203.0.113.101 update @taken0 { udp sport }
    oifname "wan" meta l4proto udp ct direction original update @mappings { ct original ip saddr . ct original proto-src : udp sport }
    oifname "wan" meta l4proto udp ct direction reply update @mappings { ct reply ip saddr . ct reply proto-src : udp sport }
  }
}
`);
  });

  it('do the same of what is hairpinned, by the same list', () => {
    const { nft } = rulesOf(HAIRPIN, 2);
    expect(nft.match(/jump choose/g)).toHaveLength(2);
    expect(nft).toContain('oifname "lan" ct original ip daddr 203.0.113.101 jump choose');
  });
});

describe('the rules of a NAT that keeps parity', () => {
  const rules = rulesOf(PORT_PARITY, 1);

  it('give an even port one of a list of even ones, and an odd port one of a list of odd ones', () => {
    const table = tableOf(rules);
    expect(table).toContain('udp sport & 1 == 0 snat ip to 203.0.113.101 : numgen inc mod 2048 map @even');
    expect(table).toContain('udp sport & 1 == 1 snat ip to 203.0.113.101 : numgen inc mod 2048 map @odd');
    expect(portsOf(rules, 'even').every((port) => port % 2 === 0)).toBe(true);
    expect(portsOf(rules, 'odd').every((port) => port % 2 === 1)).toBe(true);
  });

  it('have each port once in its list, from everywhere, in no order', () => {
    for (const name of ['even', 'odd']) {
      const ports = portsOf(rules, name);
      expect(new Set(ports).size).toBe(2048);
      expect([Math.min(...ports) < 1200, Math.max(...ports) > 65_400]).toEqual([true, true]);
      const steps = ports.slice(1).map((port, index) => port - (ports[index] ?? 0));
      expect(new Set(steps).size).toBeGreaterThan(1900);
    }
  });

  it('of a cone note who owns the port as well', () => {
    const { nft } = rulesOf({ ...FULL_CONE, ports: 'random' }, 1);
    expect(nft.startsWith('table ip cone {')).toBe(true);
    expect(nft).toContain('snat ip to 203.0.113.101 : numgen inc mod 4096 map @listed');
  });
});

describe('the rules of a NAT with a pool of addresses', () => {
  it('pair each client with one of them, and keep its ports', () => {
    expect(translating(rulesOf(POOL_PAIRED, 1))).toEqual([
      '-A POSTROUTING -o wan -s 10.113.0.2 -p tcp -j SNAT --to-source 203.0.113.101:1024-65535',
      '-A POSTROUTING -o wan -s 10.113.0.2 -p udp -j SNAT --to-source 203.0.113.101:1024-65535',
      '-A POSTROUTING -o wan -s 10.113.0.2 -j SNAT --to-source 203.0.113.101',
      '-A POSTROUTING -o wan -j SNAT --to-source 203.0.113.101',
    ]);
  });

  it('pair several clients with one address where there are more of them, and keep the ports of each address apart', () => {
    const rules = rulesOf(POOL_PAIRED, 5);
    expect(translating(rules).map((rule) => rule.replace(/.* -s (\S+) .* (\S+)$/, '$1 $2'))).toEqual([
      ...['10.113.0.2 203.0.113.101', '10.113.0.6 203.0.113.101', '10.113.0.3 203.0.113.12'],
      ...['10.113.0.4 203.0.113.13', '10.113.0.5 203.0.113.14'],
      '-A POSTROUTING -o wan -j SNAT --to-source 203.0.113.101',
    ]);
    expect(rules.nft).toContain(
      'ip saddr { 10.113.0.2, 10.113.0.6 } meta l4proto udp udp sport != @taken0 snat ip to 203.0.113.101 : udp sport',
    );
    expect(rules.nft).toContain('ip saddr 203.0.113.14 update @taken3 { udp sport }');
  });

  it('give each socket any of them where they are not paired', () => {
    expect(tableOf(rulesOf(POOL_ARBITRARY, 1))).toContain('snat ip to jhash ip saddr . udp sport mod 4 map { 0 : 203');
  });

  it('of a symmetric one draw an address and a port for each mapping, or keep to the address of the client', () => {
    const pooled: NatProfile = { ...SYMMETRIC, poolSize: 4 };
    expect(tableOf(rulesOf({ ...pooled, pooling: 'arbitrary' }, 1))).toMatch(
      /snat ip to numgen random mod 4 map \{ 0 : 203.* \} fully-random\n/,
    );
    const paired = rulesOf(pooled, 1);
    expect(paired.nft).toBe('');
    expect(translating(paired)).toEqual([
      '-A POSTROUTING -o wan -s 10.113.0.2 -j SNAT --to-source 203.0.113.101 --random-fully',
      '-A POSTROUTING -o wan -j SNAT --to-source 203.0.113.101 --random-fully',
    ]);
  });

  it.for([
    [{ ...PORT_RESTRICTED, hairpin: true, poolSize: 2 }, 'no hairpinning with a pool of addresses'],
    [{ ...INBOUND_FIRST, poolSize: 2 }, 'no inbound first with a pool of addresses'],
    [
      { ...PORT_RESTRICTED, ports: 'parity', poolSize: 2, pooling: 'arbitrary' },
      'no parity ports with an arbitrary pool of addresses',
    ],
    [{ ...SYMMETRIC_BLOCK, poolSize: 2 }, 'no block ports with a paired pool of addresses'],
  ] as const)('are refused for a profile that they cannot express: $1', ([profile, reason]) => {
    expect(() => rulesOf(profile, 1)).toThrow(reason);
  });
});
