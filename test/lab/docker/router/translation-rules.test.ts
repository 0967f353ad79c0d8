/** The rules of routers that translate addresses and no port. */
import { describe, expect, it } from 'vitest';
import { behindNat } from '../../../../lab/accesses.ts';
import { type RouterRules, routerRules } from '../../../../lab/docker/router/rules.ts';
import { DEFAULT_ADDRESSING, sitePlace } from '../../../../lab/docker/topology/addressing.ts';
import { DYNAMIC, type NatProfile, STATIC, STATIC_FILTERED } from '../../../../lab/profiles.ts';

const placeOfTwo = sitePlace(DEFAULT_ADDRESSING, { index: 0, clients: 2, routed: false });
const pool = ['203.0.113.12', '203.0.113.13', '203.0.113.14'];

const rulesOf = (profile: NatProfile): RouterRules => routerRules(behindNat(profile).access, { ...placeOfTwo, pool });
/** The rules of the chains that lead packets in and out. */
const linesOf = ({ iptables }: RouterRules): readonly string[] =>
  iptables.split('\n').filter((line) => /^-A (FORWARD|PREROUTING|POSTROUTING)/.test(line));

const STATEFUL = ['-A FORWARD -i lan -j ACCEPT', '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT'];
const PAIRS = [
  '-A PREROUTING -i wan -d 203.0.113.101 -j DNAT --to-destination 10.113.0.2',
  '-A PREROUTING -i wan -d 203.0.113.12 -j DNAT --to-destination 10.113.0.3',
  '-A POSTROUTING -o wan -s 10.113.0.2 -j SNAT --to-source 203.0.113.101',
  '-A POSTROUTING -o wan -s 10.113.0.3 -j SNAT --to-source 203.0.113.12',
];

describe('the rules of a router', () => {
  it('of a static NAT lead each public address to one client, and back', () => {
    const rules = rulesOf(STATIC);
    expect(linesOf(rules)).toEqual([...STATEFUL, '-A FORWARD -i wan -m conntrack --ctstate DNAT -j ACCEPT', ...PAIRS]);
    expect(rules.nft).toBe('');
  });

  it('of a static NAT behind a filter do the same, and let in nothing but replies', () => {
    const rules = rulesOf(STATIC_FILTERED);
    expect(linesOf(rules)).toEqual([...STATEFUL, ...PAIRS]);
    expect(rules.nft).toBe('');
  });

  it('of a dynamic NAT give each socket an address of the pool', () => {
    const { nft } = rulesOf(DYNAMIC);
    expect(nft).toBe(`table ip ports {
  chain source {
    type nat hook postrouting priority srcnat - 1;
    oifname "wan" meta l4proto udp snat ip to jhash ip saddr . udp sport mod 4 map { 0 : 203.0.113.101, 1 : 203.0.113.12, 2 : 203.0.113.13, 3 : 203.0.113.14 }
  }
}
`);
  });

  it.for([
    [{ ...STATIC, filtering: 'address-dependent' }, 'no address-dependent filter with static translation'],
    [{ ...STATIC, hairpin: true }, 'no hairpinning with static translation'],
    [
      { ...DYNAMIC, mapping: 'address-dependent', ports: 'random' },
      'no dynamic translation with address-dependent mapping',
    ],
    [{ ...DYNAMIC, pooling: 'paired' }, 'no dynamic translation without an arbitrary pool'],
    [{ ...DYNAMIC, filtering: 'endpoint-independent' }, 'no endpoint-independent filter with dynamic translation'],
    [{ ...DYNAMIC, hairpin: true }, 'no hairpinning with dynamic translation'],
  ] as const)('are refused for a profile that they cannot express: $1', ([profile, reason]) => {
    expect(() => rulesOf(profile)).toThrow(reason);
  });

  it('of a static NAT are refused where a client would have no public address', () => {
    expect(() => routerRules(behindNat(STATIC).access, placeOfTwo)).toThrow(
      'static: the container lab has no public address for each of 2 clients',
    );
  });
});
