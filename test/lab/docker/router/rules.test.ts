import { describe, expect, it } from 'vitest';
import { behindNat, FIREWALLED, OPEN, UDP_BLOCKED } from '../../../../lab/accesses.ts';
import { routerRules } from '../../../../lab/docker/router/rules.ts';
import { DEFAULT_ADDRESSING, sitePlace } from '../../../../lab/docker/topology/addressing.ts';
import {
  FULL_CONE,
  INBOUND_FIRST,
  PORT_RESTRICTED,
  RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_BLOCK,
  SYMMETRIC_SEQUENTIAL,
} from '../../../../lab/profiles.ts';

const place = sitePlace(DEFAULT_ADDRESSING, { index: 0, clients: 1, routed: false });
const placeOfTwo = sitePlace(DEFAULT_ADDRESSING, { index: 0, clients: 2, routed: false });

/** The whole iptables file of a router with these FORWARD and POSTROUTING rules. */
const file = (forward: readonly string[], postrouting: readonly string[]): string => `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p udp -j DROP
${forward.map((rule) => `-A FORWARD ${rule}\n`).join('')}COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
${postrouting.map((rule) => `-A POSTROUTING ${rule}\n`).join('')}COMMIT
`;
const STATEFUL = ['-i lan -j ACCEPT', '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'];
const KEEP_PORTS = [
  '-o wan -s 10.113.0.2 -p tcp -j SNAT --to-source 203.0.113.101:1024-65535',
  '-o wan -s 10.113.0.2 -p udp -j SNAT --to-source 203.0.113.101:1024-65535',
  '-o wan -j SNAT --to-source 203.0.113.101',
];

/** The values of a map, whose keys are the numbers from 0 on. */
const portsIn = (elements: string): readonly number[] =>
  [...elements.matchAll(/(\d+) : (\d+)/g)].map(([, key, port], index) => (Number(key) === index ? Number(port) : -1));

describe('the rules of a router', () => {
  it('of a port-restricted NAT are plain source translation, which Linux filters by address and port', () => {
    const rules = routerRules(behindNat(PORT_RESTRICTED).access, place);
    expect(rules).toEqual({ iptables: file(STATEFUL, KEEP_PORTS), nft: '' });
  });

  it('of a symmetric NAT choose a random port for every destination', () => {
    const rules = routerRules(behindNat(SYMMETRIC).access, place);
    const random = ['-o wan -j SNAT --to-source 203.0.113.101 --random-fully'];
    expect(rules).toEqual({ iptables: file(STATEFUL, random), nft: '' });
  });

  it('of a full-cone NAT lead whoever sends to a mapped port to its owner', () => {
    const rules = routerRules(behindNat(FULL_CONE).access, place);
    expect(rules.iptables).toBe(file([...STATEFUL, '-i wan -m conntrack --ctstate DNAT -j ACCEPT'], KEEP_PORTS));
    expect(rules.nft).toBe(`table ip cone {
  map mappings { type inet_service : ipv4_addr . inet_service; flags dynamic,timeout; timeout 120s; size 65535; }
  chain destination {
    type nat hook prerouting priority dstnat;
    iifname "wan" dnat ip to udp dport map @mappings
  }
  chain learn {
    type filter hook postrouting priority srcnat + 1;
    oifname "wan" ct direction original update @mappings { udp sport : ct original ip saddr . ct original proto-src }
    oifname "wan" ct direction reply update @mappings { udp sport : ct reply ip saddr . ct reply proto-src }
  }
}
`);
  });

  it('of a restricted NAT do so only for addresses that this very mapping has sent to', () => {
    const rules = routerRules(behindNat(RESTRICTED).access, place);
    expect(rules.iptables).toBe(routerRules(behindNat(FULL_CONE).access, place).iptables);
    expect(rules.nft).toBe(`table ip cone {
  map mappings { type inet_service : ipv4_addr . inet_service; flags dynamic,timeout; timeout 120s; size 65535; }
  set contacts { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 120s; size 65535; }
  chain destination {
    type nat hook prerouting priority dstnat;
    iifname "wan" ip saddr . udp dport @contacts dnat ip to udp dport map @mappings
  }
  chain learn {
    type filter hook postrouting priority srcnat + 1;
    oifname "wan" ct direction original update @mappings { udp sport : ct original ip saddr . ct original proto-src }
    oifname "wan" ct direction reply update @mappings { udp sport : ct reply ip saddr . ct reply proto-src }
    oifname "wan" update @contacts { ip daddr . udp sport }
  }
}
`);
  });

  it('of a sequential symmetric NAT count the ports of UDP, one for each connection', () => {
    const { iptables, nft } = routerRules(behindNat(SYMMETRIC_SEQUENTIAL).access, place);
    expect(iptables).toBe(file(STATEFUL, ['-o wan -j SNAT --to-source 203.0.113.101 --random-fully']));
    const lines = nft.split('\n');
    expect(lines.toSpliced(1, 1).join('\n')).toBe(`table ip ports {
  chain source {
    type nat hook postrouting priority srcnat - 1;
    oifname "wan" meta l4proto udp snat ip to 203.0.113.101 : numgen inc mod 4096 map @sequence
  }
}
`);
    const [head, elements = ''] = (lines[1] ?? '').split('elements = ');
    expect(head).toBe('  map sequence { typeof numgen inc mod 4096 : udp sport; ');
    expect(portsIn(elements)).toEqual(Array.from({ length: 4096 }, (_, index) => 32_768 + index));
  });

  it.each([
    [2, 4096, [32_768, 32_770, 32_772], 40_958],
    [-1, 4096, [65_535, 65_534, 65_533], 61_440],
    [10, 3277, [32_768, 32_778, 32_788], 65_528],
  ])('count by steps of %i as well', (portStep, count, first, last) => {
    const { nft } = routerRules(behindNat({ ...SYMMETRIC_SEQUENTIAL, portStep }).access, place);
    const ports = portsIn(nft.split('elements = ')[1] ?? '');
    expect([ports.length, ports.slice(0, 3), ports.at(-1)]).toEqual([count, first, last]);
    expect(nft).toContain(`numgen inc mod ${count} map @sequence`);
  });

  it('of an address-dependent NAT learn the port for each address', () => {
    const { iptables, nft } = routerRules(behindNat(SYMMETRIC_ADDRESS).access, place);
    expect(iptables).toBe(file(STATEFUL, ['-o wan -j SNAT --to-source 203.0.113.101 --random-fully']));
    expect(nft).toBe(`table ip ports {
  map mappings { type ipv4_addr . ipv4_addr . inet_service : inet_service; flags dynamic,timeout; timeout 120s; size 65535; }
  chain source {
    type nat hook postrouting priority srcnat - 1;
    oifname "wan" meta l4proto udp snat ip to 203.0.113.101 : ip saddr . ip daddr . udp sport map @mappings
  }
  chain learn {
    type filter hook postrouting priority srcnat + 1;
    oifname "wan" meta l4proto udp ct direction original update @mappings { ct original ip saddr . ip daddr . ct original proto-src : udp sport }
  }
}
`);
  });

  it('of a NAT with port blocks draw from a block for each client', () => {
    const { iptables, nft } = routerRules(behindNat({ ...SYMMETRIC_BLOCK, blockSize: 256 }).access, placeOfTwo);
    expect(nft).toBe('');
    expect(iptables).toBe(
      file(STATEFUL, [
        '-o wan -s 10.113.0.2 -p tcp -j SNAT --to-source 203.0.113.101:1024-1279 --random-fully',
        '-o wan -s 10.113.0.2 -p udp -j SNAT --to-source 203.0.113.101:1024-1279 --random-fully',
        '-o wan -s 10.113.0.3 -p tcp -j SNAT --to-source 203.0.113.101:33280-33535 --random-fully',
        '-o wan -s 10.113.0.3 -p udp -j SNAT --to-source 203.0.113.101:33280-33535 --random-fully',
        '-o wan -j SNAT --to-source 203.0.113.101',
      ]),
    );
  });

  it('of a NAT that takes early packets for its own are those of a port-restricted one, but accept and answer nothing', () => {
    const rules = routerRules(behindNat(INBOUND_FIRST).access, place);
    const plain = routerRules(behindNat(PORT_RESTRICTED).access, place);
    const silent = '-A OUTPUT -p icmp --icmp-type destination-unreachable -j DROP';
    expect(rules).toEqual({ iptables: plain.iptables.replace('-A INPUT -p udp -j DROP', silent), nft: '' });
  });

  it('of such a NAT give each of two clients public ports to itself', () => {
    const { iptables, nft } = routerRules(behindNat(INBOUND_FIRST).access, placeOfTwo);
    expect(nft).toBe('');
    expect(iptables.split('\n').filter((line) => line.includes('-p udp -j SNAT'))).toEqual([
      '-A POSTROUTING -o wan -s 10.113.0.2 -p udp -j SNAT --to-source 203.0.113.101:1024-33279',
      '-A POSTROUTING -o wan -s 10.113.0.3 -p udp -j SNAT --to-source 203.0.113.101:33280-65535',
    ]);
  });

  it('of a port-restricted NAT that hairpins lead a packet to its own address to the owner of the port, if that one has sent to its source', () => {
    const rules = routerRules(behindNat({ ...PORT_RESTRICTED, hairpin: true }).access, place);
    expect(rules.iptables.split('\n').filter((line) => line.includes('-o lan'))).toEqual([
      '-A POSTROUTING -o lan -s 10.113.0.2 -p udp -m conntrack --ctorigdst 203.0.113.101 -j SNAT --to-source 203.0.113.101:1024-65535',
    ]);
    expect(rules.nft).toBe(`table ip hairpin {
  map mappings { type inet_service : ipv4_addr . inet_service; flags dynamic,timeout; timeout 120s; size 65535; }
  set contacts { type ipv4_addr . inet_service . inet_service; flags dynamic,timeout; timeout 120s; size 65535; }
  chain note {
    type filter hook prerouting priority dstnat - 1;
    iifname "lan" ip daddr 203.0.113.101 update @contacts { ip saddr . udp sport . udp dport }
  }
  chain destination {
    type nat hook prerouting priority dstnat;
    iifname "lan" ip daddr 203.0.113.101 dnat ip to udp dport map @mappings
  }
  chain learn {
    type filter hook postrouting priority srcnat + 1;
    ip saddr 203.0.113.101 ct direction original update @mappings { udp sport : ct original ip saddr . ct original proto-src }
    ip saddr 203.0.113.101 ct direction reply update @mappings { udp sport : ct reply ip saddr . ct reply proto-src }
    ip saddr 203.0.113.101 oifname "lan" ip daddr . udp dport . udp sport != @contacts drop
  }
}
`);
  });

  it.for([
    [FULL_CONE, []],
    [
      RESTRICTED,
      [
        '  set contacts { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 120s; size 65535; }',
        '    iifname "lan" ip daddr 203.0.113.101 update @contacts { ip saddr . udp sport }',
        '    ip saddr 203.0.113.101 oifname "lan" ip daddr . udp dport != @contacts drop',
      ],
    ],
  ] as const)('of a $0.name NAT that hairpins keep its filter for what is hairpinned', ([profile, contacts]) => {
    const { nft } = routerRules(behindNat({ ...profile, hairpin: true }).access, place);
    const plain = routerRules(behindNat(profile).access, place);
    expect(nft.startsWith(`${plain.nft}table ip hairpin {`)).toBe(true);
    const added = nft.slice(plain.nft.length).split('\n');
    expect(added.filter((line) => line.includes('contacts'))).toEqual(contacts);
  });

  it.for([
    [OPEN, ['-j ACCEPT']],
    [FIREWALLED, STATEFUL],
    [UDP_BLOCKED, ['-p udp -j DROP', ...STATEFUL]],
  ] as const)('of $0.name translate nothing', ([{ access }, forward]) => {
    expect(routerRules(access, place)).toEqual({ iptables: file(forward, []), nft: '' });
  });

  it('never reject: an ICMP error would end a punch', () => {
    const nats = [FULL_CONE, RESTRICTED, PORT_RESTRICTED, SYMMETRIC, SYMMETRIC_SEQUENTIAL, SYMMETRIC_ADDRESS];
    const all = [...[...nats, SYMMETRIC_BLOCK, INBOUND_FIRST].map(behindNat), OPEN, FIREWALLED, UDP_BLOCKED];
    for (const { access } of all) expect(JSON.stringify(routerRules(access, place))).not.toMatch(/reject/i);
  });

  it.for([
    [{ ...SYMMETRIC_ADDRESS, ports: 'sequential' }, 'no sequential ports with address-dependent mapping'],
    [{ ...SYMMETRIC, ports: 'preserved' }, 'no preserved ports with address-and-port-dependent mapping'],
    [{ ...FULL_CONE, ports: 'sequential' }, 'no sequential ports with endpoint-independent mapping'],
    [{ ...INBOUND_FIRST, ports: 'parity' }, 'no inbound first with parity ports'],
    [{ ...SYMMETRIC_SEQUENTIAL, portStep: 0 }, 'no ports by steps of 0'],
    [{ ...SYMMETRIC_SEQUENTIAL, portStep: 100 }, 'no ports by steps of 100'],
    [{ ...SYMMETRIC_BLOCK, blockSize: 65_000 }, 'no 65000 ports for each client'],
    [
      { ...INBOUND_FIRST, filtering: 'address-dependent' },
      'no inbound first with endpoint-independent mapping, address-',
    ],
    [{ ...SYMMETRIC, filtering: 'endpoint-independent' }, 'no endpoint-independent filter'],
    [{ ...SYMMETRIC, hairpin: true }, 'no hairpinning with address-and-port-dependent mapping'],
    [{ ...FULL_CONE, poolSize: 2 }, 'no endpoint-independent filter with a pool of addresses'],
  ] as const)('are refused for a profile that they cannot express: $1', ([profile, reason]) => {
    expect(() => routerRules(behindNat(profile).access, place)).toThrow(reason);
  });

  it('are refused for one NAT behind another', () => {
    const access = { kind: 'nat', layers: [FULL_CONE, SYMMETRIC] } as const;
    expect(() => routerRules(access, place)).toThrow('full-cone: a router of the container lab is one NAT');
  });
});
