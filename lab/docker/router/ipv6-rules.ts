/**
 * What a router does with IPv6, as one nftables table beside the rules for IPv4. As there, nothing is ever rejected, only
 * dropped. Neighbour discovery (RFC 4861) is no part of it: it is not forwarded, and a router that did not answer it would
 * not be reached at all.
 */
import type { Dependency } from '../../../src/nat/behavior.ts';
import type { Ipv6Access, NatProfile } from '../../profiles.ts';
import type { SitePlace } from '../topology/addressing.ts';
import { kept } from './learned.ts';
import { NAT64_LINK } from './nat64.ts';

/** The name of the table. */
export const IPV6_TABLE = 'ip6 access';

/** Returns the table for `nft -f`. @param place the router's IPv6 addresses. @throws Error when the lab cannot realize the access. */
export function ipv6Rules(access: Ipv6Access, place: SitePlace): string {
  const { declared, forward, source = [], destination = [] } = partsOf(access, place);
  return [
    `table ${IPV6_TABLE} {`,
    ...declared.map((line) => `  ${line}`),
    ...chain('forward', { hook: 'type filter hook forward priority filter; policy drop;', rules: forward }),
    // A packet to the router itself is neither answered nor remembered, as with IPv4.
    ...chain('input', { hook: 'type filter hook input priority filter;', rules: ['meta l4proto udp drop'] }),
    ...(destination.length > 0
      ? chain('destination', { hook: 'type nat hook prerouting priority dstnat;', rules: destination })
      : []),
    ...(source.length > 0
      ? chain('source', { hook: 'type nat hook postrouting priority srcnat;', rules: source })
      : []),
    '}',
    '',
  ].join('\n');
}

/** What a router that only forwards does not say: that there is a shorter route (RFC 4861 §8). */
export const BACKBONE_IPV6_RULES = [
  `table ${IPV6_TABLE} {`,
  ...chain('output', { hook: 'type filter hook output priority filter;', rules: ['icmpv6 type nd-redirect drop'] }),
  '}',
  '',
].join('\n');

interface Parts {
  /** The sets that the rules use. */
  readonly declared: readonly string[];
  /** What is forwarded; the rest is dropped. */
  readonly forward: readonly string[];
  /** How the source of a packet is translated. */
  readonly source?: readonly string[];
  /** The same of its destination. */
  readonly destination?: readonly string[];
}

const OUTBOUND = 'iifname "lan" accept';
/** To the device that translates, and back. */
const NAT64_FORWARD = [`iifname "${NAT64_LINK}" oifname "lan" accept`, `iifname "lan" oifname "${NAT64_LINK}" accept`];
const ANSWERS = 'ct state established,related accept';

function partsOf(access: Ipv6Access, place: SitePlace): Parts {
  switch (access.kind) {
    case 'open':
      return { declared: [], forward: ['accept'] };
    case 'dropped':
      return { declared: [], forward: access.nat64 ? NAT64_FORWARD : [] };
    case 'firewall':
      return firewallParts(access);
    case 'nat':
      return natParts(theNat(access), place);
  }
}

interface Learned {
  readonly type: string;
  /** What is learned of an outbound packet. */
  readonly noted: string;
  /** What must have been learned for an inbound packet to get in. */
  readonly wanted: string;
}

/** What a firewall learns of its clients, by inside endpoint. Linux by itself filters by address and port. */
const LEARNED: Readonly<Record<Dependency, Learned | null>> = {
  'endpoint-independent': {
    type: 'ipv6_addr . inet_service',
    noted: 'ip6 saddr . udp sport',
    wanted: 'ip6 daddr . udp dport',
  },
  'address-dependent': {
    type: 'ipv6_addr . inet_service . ipv6_addr',
    noted: 'ip6 saddr . udp sport . ip6 daddr',
    wanted: 'ip6 daddr . udp dport . ip6 saddr',
  },
  'address-and-port-dependent': null,
};

function firewallParts(access: Ipv6Access & { readonly kind: 'firewall' }): Parts {
  const learned = LEARNED[access.filtering];
  if (learned === null) return { declared: [], forward: [OUTBOUND, ANSWERS] };
  const { type, noted, wanted } = learned;
  return {
    declared: [`set learned { type ${type}; ${kept(access)} }`],
    forward: [
      `iifname "lan" update @learned { ${noted} }`,
      OUTBOUND,
      ANSWERS,
      `iifname "wan" ${wanted} @learned accept`,
    ],
  };
}

function natParts(nat: NatProfile, place: SitePlace): Parts {
  const plain = { declared: [], forward: [OUTBOUND, ANSWERS] };
  if (nat.translation !== 'static') return { ...plain, source: sourceRules(nat, place) };
  const { subnet, outside } = place;
  if (outside === undefined) throw new Error(`${nat.name}: there is no public prefix`);
  const isOpen = nat.filtering === 'endpoint-independent';
  // Without hairpinning, a packet to the public prefix would go out, and come back as if from outside.
  const returning = nat.hairpin ? [] : [`iifname "lan" ip6 daddr ${outside} drop`];
  const translated = `snat ip6 prefix to ip6 saddr map { ${subnet} : ${outside} }`;
  return {
    declared: [],
    forward: [...returning, ...plain.forward, ...(isOpen ? ['iifname "wan" ct status dnat accept'] : [])],
    source: [`oifname "wan" ${translated}`, ...(nat.hairpin ? [`oifname "lan" ct status dnat ${translated}`] : [])],
    destination: [`${nat.hairpin ? '' : 'iifname "wan" '}dnat ip6 prefix to ip6 daddr map { ${outside} : ${subnet} }`],
  };
}

/** Each client has a block of public ports to itself, as with IPv4. */
function sourceRules({ ports }: NatProfile, { wan, clients }: SitePlace): readonly string[] {
  if (ports === 'random') return [`oifname "wan" snat to ${wan} fully-random`];
  return [
    ...clients.map(
      ({ address, ports: { first, last } }) =>
        `oifname "wan" ip6 saddr ${address} meta l4proto { tcp, udp } snat to [${wan}]:${first}-${last}`,
    ),
    `oifname "wan" snat to ${wan}`,
  ];
}

/** Linux translates IPv6 as it does IPv4; what it needs tables for with IPv4 is not made for IPv6. */
function theNat({ layers }: Ipv6Access & { readonly kind: 'nat' }): NatProfile {
  const [nat, ...outer] = layers;
  if (outer.length > 0) throw new Error(`${nat.name}: the container lab has no two NATs in a row for IPv6`);
  const { mapping, filtering, ports, hairpin, poolSize, inboundFirst = false, translation = 'napt' } = nat;
  const isStrict = filtering === 'address-and-port-dependent';
  const keepsPorts = mapping === 'endpoint-independent' && ports === 'preserved';
  const isSymmetric = mapping === 'address-and-port-dependent' && ports === 'random';
  const isNapt = translation === 'napt' && !hairpin && poolSize === 1 && isStrict && (keepsPorts || isSymmetric);
  const isPrefix =
    translation === 'static' && keepsPorts && (isStrict ? !hairpin : filtering === 'endpoint-independent');
  if (!inboundFirst && (isNapt || isPrefix)) return nat;
  throw new Error(
    `${nat.name}: for IPv6 the container lab has only port-restricted and symmetric NATs, and translation of prefixes`,
  );
}

function chain(name: string, { hook, rules }: { readonly hook: string; readonly rules: readonly string[] }): string[] {
  return [`  chain ${name} {`, `    ${hook}`, ...rules.map((rule) => `    ${rule}`), '  }'];
}
