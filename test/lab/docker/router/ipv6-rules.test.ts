import { expect, it } from 'vitest';
import { BACKBONE_IPV6_RULES, ipv6Rules } from '../../../../lab/docker/router/ipv6-rules.ts';
import { sitePlace6 } from '../../../../lab/docker/topology/ipv6-addressing.ts';
import {
  FULL_CONE,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  type Ipv6Access,
  PORT_RESTRICTED,
  STATIC,
  STATIC_FILTERED,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';

const place = sitePlace6({ index: 0, clients: 2, isLocal: true, hasPrefix: false });

/** The lines of the sets, and of the chains that are not the same for every access. */
function ownLines(access: Ipv6Access, at = place): readonly string[] {
  const lines = ipv6Rules(access, at)
    .split('\n')
    .map((line) => line.trim());
  expect(lines[0]).toBe('table ip6 access {');
  const input = ['chain input {', 'type filter hook input priority filter;', 'meta l4proto udp drop', '}'];
  const start = lines.indexOf('chain input {');
  expect(lines.slice(start, start + 4)).toEqual(input);
  return lines
    .toSpliced(start, 4)
    .slice(1)
    .filter((line) => line !== '}' && line !== '');
}

const FORWARD = ['chain forward {', 'type filter hook forward priority filter; policy drop;'];
const STATEFUL = ['iifname "lan" accept', 'ct state established,related accept'];

it('an open router forwards everything, and one that drops IPv6 nothing', () => {
  expect(ownLines({ kind: 'open' })).toEqual([...FORWARD, 'accept']);
  expect(ownLines(IPV6_DROPPED.access)).toEqual(FORWARD);
});

it('a firewall that filters by address and port lets in what the kernel knows as replies', () => {
  const access = { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 120_000 } as const;
  expect(ownLines(access)).toEqual([...FORWARD, ...STATEFUL]);
});

it('a transparent firewall lets anyone send to an inside endpoint that has sent, for as long as its state lasts', () => {
  const access = { kind: 'firewall', filtering: 'endpoint-independent', lifetimeMs: 90_000 } as const;
  expect(ownLines(access)).toEqual([
    'set learned { type ipv6_addr . inet_service; flags dynamic,timeout; timeout 90s; size 65535; }',
    ...FORWARD,
    'iifname "lan" update @learned { ip6 saddr . udp sport }',
    ...STATEFUL,
    'iifname "wan" ip6 daddr . udp dport @learned accept',
  ]);
});

it('a firewall that filters by address lets in only addresses that this very endpoint has sent to', () => {
  const access = { kind: 'firewall', filtering: 'address-dependent', lifetimeMs: 120_000 } as const;
  expect(ownLines(access)).toEqual([
    'set learned { type ipv6_addr . inet_service . ipv6_addr; flags dynamic,timeout; timeout 120s; size 65535; }',
    ...FORWARD,
    'iifname "lan" update @learned { ip6 saddr . udp sport . ip6 daddr }',
    ...STATEFUL,
    'iifname "wan" ip6 daddr . udp dport . ip6 saddr @learned accept',
  ]);
});

it('a NAT that keeps ports gives each client public ports to itself', () => {
  expect(ownLines({ kind: 'nat', layers: [PORT_RESTRICTED] })).toEqual([
    ...FORWARD,
    ...STATEFUL,
    'chain source {',
    'type nat hook postrouting priority srcnat;',
    'oifname "wan" ip6 saddr fdc7:3a52:61e9:1::2 meta l4proto { tcp, udp } snat to [2001:db8::101]:1024-33279',
    'oifname "wan" ip6 saddr fdc7:3a52:61e9:1::3 meta l4proto { tcp, udp } snat to [2001:db8::101]:33280-65535',
    'oifname "wan" snat to 2001:db8::101',
  ]);
});

it('a symmetric NAT chooses a random port for every destination', () => {
  expect(ownLines({ kind: 'nat', layers: [SYMMETRIC] }).slice(-1)).toEqual([
    'oifname "wan" snat to 2001:db8::101 fully-random',
  ]);
});

it.for([
  [STATIC, ['iifname "wan" ct status dnat accept']],
  [STATIC_FILTERED, []],
] as const)('a translated prefix stands for the inside one both ways: %o', ([nat, inbound]) => {
  const translated = sitePlace6({ index: 0, clients: 1, isLocal: true, hasPrefix: true });
  expect(ownLines({ kind: 'nat', layers: [nat] }, translated)).toEqual([
    ...FORWARD,
    'iifname "lan" ip6 daddr 2001:db8:1::/64 drop',
    ...STATEFUL,
    ...inbound,
    'chain destination {',
    'type nat hook prerouting priority dstnat;',
    'iifname "wan" dnat ip6 prefix to ip6 daddr map { 2001:db8:1::/64 : fdc7:3a52:61e9:1::/64 }',
    'chain source {',
    'type nat hook postrouting priority srcnat;',
    'oifname "wan" snat ip6 prefix to ip6 saddr map { fdc7:3a52:61e9:1::/64 : 2001:db8:1::/64 }',
  ]);
});

it.for([
  [
    [FULL_CONE],
    'full-cone: for IPv6 the container lab has only port-restricted and symmetric NATs, and translation of prefixes',
  ],
  [[{ ...PORT_RESTRICTED, hairpin: true }], 'only port-restricted and symmetric NATs'],
  [[{ ...STATIC_FILTERED, hairpin: true }], 'only port-restricted and symmetric NATs'],
  [[{ ...SYMMETRIC, ports: 'sequential' }], 'only port-restricted and symmetric NATs'],
  [[PORT_RESTRICTED, SYMMETRIC], 'no two NATs in a row for IPv6'],
] as const)('a NAT that these rules cannot express is refused: %j', ([layers, reason]) => {
  expect(() => ipv6Rules({ kind: 'nat', layers }, place)).toThrow(reason);
});

it('a translated prefix that hairpins stands for the inside one inside as well', () => {
  const translated = sitePlace6({ index: 0, clients: 1, isLocal: true, hasPrefix: true });
  const lines = ownLines({ kind: 'nat', layers: [{ ...STATIC, hairpin: true }] }, translated);
  expect(lines).not.toContain('iifname "lan" ip6 daddr 2001:db8:1::/64 drop');
  expect(lines).toContain('dnat ip6 prefix to ip6 daddr map { 2001:db8:1::/64 : fdc7:3a52:61e9:1::/64 }');
  expect(lines).toContain(
    'oifname "lan" ct status dnat snat ip6 prefix to ip6 saddr map { fdc7:3a52:61e9:1::/64 : 2001:db8:1::/64 }',
  );
});

it('nothing is ever rejected: an ICMPv6 error would end a punch', () => {
  const translated = sitePlace6({ index: 0, clients: 2, isLocal: true, hasPrefix: true });
  for (const { access } of [...IPV6_ACCESSES, IPV6_DROPPED])
    expect(ipv6Rules(access, translated)).not.toMatch(/reject/i);
});

it('a backbone shows nobody a shorter way', () => {
  expect(BACKBONE_IPV6_RULES).toBe(`table ip6 access {
  chain output {
    type filter hook output priority filter;
    icmpv6 type nd-redirect drop
  }
}
`);
});
