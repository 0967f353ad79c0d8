import { describe, expect, it } from 'vitest';
import {
  backbonePlace,
  DEFAULT_ADDRESSING,
  serverPlace,
  sitePlace,
} from '../../../../lab/docker/topology/addressing.ts';
import { backbonePlace6, serverPlace6, sitePlace6 } from '../../../../lab/docker/topology/ipv6-addressing.ts';
import {
  backboneScript,
  clientScript,
  routerScript,
  serverScript,
} from '../../../../lab/docker/topology/setup-script.ts';

const place = sitePlace(DEFAULT_ADDRESSING, { index: 0, clients: 1, routed: false });
const routes = [
  { subnet: '198.18.0.0/24', via: place.wan },
  { subnet: '198.18.1.0/24', via: '203.0.113.102' },
];

const LINK = { kind: 'link', routes } as const;

const RULES = { iptables: '*filter\nCOMMIT\n', nft: 'table ip cone {}\n' };

/** The lines between the common beginning and the common end. */
function ownLines(script: string): readonly string[] {
  const lines = script.split('\n');
  const tail = ["echo 'natcheck-lab: ready'", 'exec sleep infinity'];
  expect(lines.slice(-2)).toEqual(tail);
  return lines.slice(lines.indexOf('ip route flush default') + 1, -2);
}

it('a client has one link, and one way out of it', () => {
  const [client = { address: '', ports: { first: 0, last: 0 } }] = place.clients;
  expect(ownLines(clientScript({ place: client, router: place.lan }))).toEqual([
    'no_more_links_than 1',
    'name_link 10.113.0.2 lan',
    'ip route add default via 10.113.0.254',
  ]);
});

it('the server has a second address, and a route to each site without translation', () => {
  expect(ownLines(serverScript({ place: serverPlace(DEFAULT_ADDRESSING), uplink: LINK }))).toEqual([
    'no_more_links_than 1',
    'name_link 203.0.113.10 wan',
    'ip addr add 203.0.113.11/24 dev wan',
    'ip route add 198.18.0.0/24 via 203.0.113.101',
    'ip route add 198.18.1.0/24 via 203.0.113.102',
  ]);
});

it('a router has its rules before its links have names, and no route to itself', () => {
  expect(ownLines(routerScript(place, { rules: RULES, uplink: LINK }))).toEqual([
    'no_more_links_than 2',
    "nft -f - <<'RULES'",
    'flush ruleset',
    'table ip cone {}',
    'RULES',
    "iptables-restore <<'RULES'",
    '*filter',
    'COMMIT',
    'RULES',
    'name_link 203.0.113.101 wan',
    'name_link 10.113.0.254 lan',
    'ip route add 198.18.1.0/24 via 203.0.113.102',
  ]);
});

it('a router behind a carrier has its way out there, and knows of nothing else', () => {
  const uplink = { kind: 'gateway', address: '100.64.0.254' } as const;
  expect(ownLines(routerScript(place, { rules: RULES, uplink })).slice(-2)).toEqual([
    'name_link 10.113.0.254 lan',
    'ip route add default via 100.64.0.254',
  ]);
});

it('a router with a pool has every address of it', () => {
  const lines = ownLines(
    routerScript({ ...place, pool: ['203.0.113.12', '203.0.113.13'] }, { rules: RULES, uplink: LINK }),
  );
  expect(lines.slice(-5, -2)).toEqual([
    'name_link 203.0.113.101 wan',
    'ip addr add 203.0.113.12/24 dev wan',
    'ip addr add 203.0.113.13/24 dev wan',
  ]);
});

describe('with a backbone', () => {
  const backbone = backbonePlace(DEFAULT_ADDRESSING);
  const uplink = { kind: 'backbone', place: backbone } as const;
  const ways = [
    'ip route add 203.0.113.254 dev wan',
    'ip route del 203.0.113.0/24 dev wan',
    'ip route add default via 203.0.113.254 dev wan',
  ];

  it('members of the public network reach each other through it alone', () => {
    expect(ownLines(serverScript({ place: serverPlace(DEFAULT_ADDRESSING), uplink })).slice(-3)).toEqual(ways);
    expect(ownLines(routerScript(place, { rules: RULES, uplink })).slice(-3)).toEqual(ways);
  });

  it('it shows nobody a shorter way', () => {
    expect(ownLines(backboneScript({ place: backbone, routes }))).toEqual([
      'no_more_links_than 1',
      "nft -f - <<'RULES'",
      'flush ruleset',
      'RULES',
      "iptables-restore <<'RULES'",
      '*filter',
      ':INPUT ACCEPT [0:0]',
      ':FORWARD ACCEPT [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      '-A OUTPUT -p icmp --icmp-type redirect -j DROP',
      'COMMIT',
      'RULES',
      'name_link 203.0.113.254 wan',
      'ip route add 198.18.0.0/24 via 203.0.113.101',
      'ip route add 198.18.1.0/24 via 203.0.113.102',
    ]);
  });
});

describe('with IPv6', () => {
  const place6 = sitePlace6({ index: 0, clients: 1, isLocal: false });
  const link6 = {
    kind: 'link',
    routes: [
      { subnet: place6.subnet, via: place6.wan },
      { subnet: '2001:db8:2::/64', via: '2001:db8::102' },
    ],
  } as const;
  const added = (script: string, without: string): readonly string[] => {
    const [lines, base] = [ownLines(script), ownLines(without)];
    expect(lines.slice(0, base.length)).toEqual(base);
    return lines.slice(base.length);
  };

  it('a client has one address more, none that the kernel must try first, and one way out', () => {
    const setup = { place: place.clients[0] ?? never(), router: place.lan };
    const ipv6 = { place: place6.clients[0] ?? never(), router: place6.lan };
    expect(added(clientScript(setup, ipv6), clientScript(setup))).toEqual([
      'ip -6 addr flush dev lan scope link',
      'ip addr add fe80::2/64 dev lan nodad',
      'ip addr add 2001:db8:1::2/64 dev lan nodad',
      'ip route add default via 2001:db8:1::254',
    ]);
  });

  it('a client with IPv6 alone has its IPv4 on a device of its own', () => {
    const [setup, ipv6] = [
      { place: { address: '10.1.1.2', ports: { first: 1, last: 2 } }, router: '10.1.1.254' },
      { place: { address: '2001:db8:1::2', ports: { first: 1, last: 2 } }, router: '2001:db8:1::254', isNat64: true },
    ];
    const lines = ownLines(clientScript(setup, ipv6));
    expect(lines).not.toContain('ip route add default via 10.1.1.254');
    expect(lines.slice(lines.indexOf('tun-device clat'))).toEqual([
      ...['tun-device clat', 'ipv4-addr 192.0.0.2', 'ipv6-addr 2001:db8:ff64::2', 'prefix 2001:db8:ff64:1::/96'],
      ...['map 10.1.1.2 2001:db8:1:64::2', 'data-dir /run/tayga', 'CONF'],
      'tayga -c /run/tayga/tayga.conf --mktun >/dev/null',
      'ip link set clat mtu 1480 up',
      'tayga -c /run/tayga/tayga.conf',
      'ip addr add 10.1.1.2/32 dev clat',
      'ip route add default dev clat',
      'ip -6 route add 2001:db8:1:64::2 dev clat',
    ]);
  });

  it('the server has two addresses more, and a route to each site that is not translated', () => {
    const setup = { place: serverPlace(DEFAULT_ADDRESSING), uplink: LINK };
    expect(added(serverScript(setup, { place: serverPlace6(), uplink: link6 }), serverScript(setup))).toEqual([
      'ip -6 addr flush dev wan scope link',
      'ip addr add fe80::10/64 dev wan nodad',
      'ip addr add 2001:db8::10/64 dev wan nodad',
      'ip addr add 2001:db8::11/64 dev wan nodad',
      'ip route add 2001:db8:1::/64 via 2001:db8::101',
      'ip route add 2001:db8:2::/64 via 2001:db8::102',
    ]);
  });

  it('a router has an address on each link, no route to itself, and those to what is behind its clients', () => {
    const inward = [{ subnet: '2001:db8:9::/64', via: '2001:db8:1::2' }];
    const setup = { rules: RULES, uplink: LINK };
    const ipv6 = { place: place6, uplink: link6, inward };
    expect(added(routerScript(place, { ...setup, ipv6 }), routerScript(place, setup))).toEqual([
      'ip -6 addr flush dev wan scope link',
      'ip addr add fe80::101/64 dev wan nodad',
      'ip addr add 2001:db8::101/64 dev wan nodad',
      'ip -6 addr flush dev lan scope link',
      'ip addr add fe80::254/64 dev lan nodad',
      'ip addr add 2001:db8:1::254/64 dev lan nodad',
      'ip route add 2001:db8:2::/64 via 2001:db8::102',
      'ip route add 2001:db8:9::/64 via 2001:db8:1::2',
    ]);
  });

  it('a backbone is the only way here too, and shows nobody a shorter one', () => {
    const uplink = { kind: 'backbone', place: backbonePlace(DEFAULT_ADDRESSING) } as const;
    const uplink6 = { kind: 'backbone', place: backbonePlace6() } as const;
    const setup = { place: serverPlace(DEFAULT_ADDRESSING), uplink };
    const ipv6 = { place: serverPlace6(), uplink: uplink6 };
    expect(added(serverScript(setup, ipv6), serverScript(setup)).slice(-3)).toEqual([
      'ip route add 2001:db8::254 dev wan',
      'ip route del 2001:db8::/64 dev wan',
      'ip route add default via 2001:db8::254 dev wan',
    ]);
    const lines = ownLines(
      backboneScript({ place: uplink.place, routes }, { place: uplink6.place, routes: link6.routes }),
    );
    expect(lines).toContain('    icmpv6 type nd-redirect drop');
    expect(lines.slice(-3)).toEqual([
      'ip addr add 2001:db8::254/64 dev wan nodad',
      'ip route add 2001:db8:1::/64 via 2001:db8::101',
      'ip route add 2001:db8:2::/64 via 2001:db8::102',
    ]);
  });
});

function never(): never {
  throw new Error('there is no such client');
}
