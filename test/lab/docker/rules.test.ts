import { describe, expect, it } from 'vitest';
import { behindNat, FIREWALLED, OPEN, UDP_BLOCKED } from '../../../lab/docker/access.ts';
import { DEFAULT_ADDRESSING, sitePlace } from '../../../lab/docker/addressing.ts';
import { routerRules } from '../../../lab/docker/rules.ts';
import { FULL_CONE, PORT_RESTRICTED, RESTRICTED, SYMMETRIC } from '../../../lab/profiles.ts';

const place = sitePlace(DEFAULT_ADDRESSING, { index: 0, clients: 1, routed: false });
const placeOfTwo = sitePlace(DEFAULT_ADDRESSING, { index: 0, clients: 2, routed: false });

const INPUT = `
  chain input {
    type filter hook input priority filter;
    meta l4proto udp drop
  }
}
`;

describe('the rules of a router', () => {
  it('of a port-restricted NAT are plain source translation, which Linux filters by address and port', () => {
    expect(routerRules(behindNat(PORT_RESTRICTED).access, place)).toBe(`table ip lab {
  chain source {
    type nat hook postrouting priority srcnat;
    oifname "wan" ip saddr 10.113.0.2 meta l4proto { tcp, udp } snat to 203.0.113.101:1024-65535
    oifname "wan" snat to 203.0.113.101
  }

  chain forward {
    type filter hook forward priority filter; policy drop;
    iifname "lan" oifname "wan" accept
    ct state established,related accept
  }
${INPUT}`);
  });

  it('of a symmetric NAT choose a random port for every destination', () => {
    expect(routerRules(behindNat(SYMMETRIC).access, place)).toBe(`table ip lab {
  chain source {
    type nat hook postrouting priority srcnat;
    oifname "wan" snat to 203.0.113.101 fully-random
  }

  chain forward {
    type filter hook forward priority filter; policy drop;
    iifname "lan" oifname "wan" accept
    ct state established,related accept
  }
${INPUT}`);
  });

  it('of a full-cone NAT lead whoever sends to a mapped port to its owner', () => {
    expect(routerRules(behindNat(FULL_CONE).access, place)).toBe(`table ip lab {
  map mappings {
    type inet_service : ipv4_addr . inet_service
    flags dynamic,timeout
    timeout 120s
    size 65535
  }

  chain destination {
    type nat hook prerouting priority dstnat;
    iifname "wan" dnat ip to udp dport map @mappings
  }

  chain learn {
    type filter hook postrouting priority srcnat + 1;
    oifname "wan" update @mappings { udp sport : ct original ip saddr . ct original proto-src }
  }

  chain source {
    type nat hook postrouting priority srcnat;
    oifname "wan" ip saddr 10.113.0.2 meta l4proto { tcp, udp } snat to 203.0.113.101:1024-65535
    oifname "wan" snat to 203.0.113.101
  }

  chain forward {
    type filter hook forward priority filter; policy drop;
    iifname "lan" oifname "wan" accept
    ct state established,related accept
    iifname "wan" ct status dnat accept
  }
${INPUT}`);
  });

  it('of a restricted NAT do so only for addresses that this very mapping has sent to', () => {
    const rules = routerRules(behindNat(RESTRICTED).access, place);
    expect(rules).toContain(`
  set contacts {
    type ipv4_addr . inet_service
    flags dynamic,timeout
    timeout 120s
    size 65535
  }

  chain destination {
    type nat hook prerouting priority dstnat;
    iifname "wan" ip saddr . udp dport @contacts dnat ip to udp dport map @mappings
  }

  chain learn {
    type filter hook postrouting priority srcnat + 1;
    oifname "wan" update @mappings { udp sport : ct original ip saddr . ct original proto-src }
    oifname "wan" update @contacts { ip daddr . udp sport }
  }
`);
  });

  it('give each of two clients public ports to itself', () => {
    expect(routerRules(behindNat(PORT_RESTRICTED).access, placeOfTwo)).toContain(`
    oifname "wan" ip saddr 10.113.0.2 meta l4proto { tcp, udp } snat to 203.0.113.101:1024-33279
    oifname "wan" ip saddr 10.113.0.3 meta l4proto { tcp, udp } snat to 203.0.113.101:33280-65535
`);
  });

  it('lose the asked share of UDP datagrams before anything else', () => {
    expect(routerRules(behindNat(SYMMETRIC).access, place, { loss: 0.05 })).toContain(`policy drop;
    meta l4proto udp numgen random mod 10000 < 500 drop
    iifname "lan"`);
    expect(() => routerRules(behindNat(SYMMETRIC).access, place, { loss: 1.5 })).toThrow(RangeError);
  });

  it.for([
    [OPEN, ['accept']],
    [FIREWALLED, ['iifname "lan" accept', 'ct state established,related accept']],
    [UDP_BLOCKED, ['meta l4proto udp drop', 'iifname "lan" accept', 'ct state established,related accept']],
  ] as const)('of $0.name translate nothing', ([{ access }, rules]) => {
    expect(routerRules(access, place)).toBe(`table ip lab {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ${rules.join('\n    ')}
  }
${INPUT}`);
  });

  it('never reject: an ICMP error would end a punch', () => {
    const all = [...[FULL_CONE, RESTRICTED, PORT_RESTRICTED, SYMMETRIC].map(behindNat), OPEN, FIREWALLED, UDP_BLOCKED];
    for (const { access } of all) expect(routerRules(access, place)).not.toContain('reject');
  });

  it.for([
    [{ ...SYMMETRIC, mapping: 'address-dependent' }, 'no address-dependent mapping, no random ports'],
    [{ ...SYMMETRIC, ports: 'sequential' }, 'no sequential ports with address-and-port-dependent mapping'],
    [{ ...SYMMETRIC, filtering: 'endpoint-independent' }, 'no endpoint-independent filter'],
    [{ ...FULL_CONE, hairpin: true }, 'no hairpinning'],
    [{ ...FULL_CONE, poolSize: 2 }, 'no pool of addresses'],
  ] as const)('are refused for a profile that they cannot express: $1', ([profile, reason]) => {
    expect(() => routerRules(behindNat(profile).access, place)).toThrow(reason);
  });

  it('are refused for one NAT behind another', () => {
    const access = { kind: 'nat', layers: [FULL_CONE, SYMMETRIC] } as const;
    expect(() => routerRules(access, place)).toThrow('full-cone: the container lab has no NAT behind a NAT');
  });
});
