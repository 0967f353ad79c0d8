import { describe, expect, it } from 'vitest';
import {
  backbonePlace,
  DEFAULT_ADDRESSING,
  serverPlace,
  sitePlace,
} from '../../../../lab/docker/topology/addressing.ts';
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
  expect(ownLines(clientScript(client, place.lan))).toEqual([
    'no_more_links_than 1',
    'name_link 10.113.0.2 lan',
    'ip route add default via 10.113.0.254',
  ]);
});

it('the server has a second address, and a route to each site without translation', () => {
  expect(ownLines(serverScript(serverPlace(DEFAULT_ADDRESSING), LINK))).toEqual([
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
    expect(ownLines(serverScript(serverPlace(DEFAULT_ADDRESSING), uplink)).slice(-3)).toEqual(ways);
    expect(ownLines(routerScript(place, { rules: RULES, uplink })).slice(-3)).toEqual(ways);
  });

  it('it shows nobody a shorter way', () => {
    expect(ownLines(backboneScript(backbone, routes))).toEqual([
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
