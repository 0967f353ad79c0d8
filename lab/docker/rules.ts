/**
 * A profile as the rules of its router: one nftables file, a pure function of profile and addresses.
 * The router's interfaces are named `wan` and `lan`. Nothing is ever rejected, only dropped: an ICMP error ends a punch.
 */
import type { AccessProfile, NatProfile } from '../profiles.ts';
import type { SitePlace } from './addressing.ts';

export interface RuleOptions {
  /** Share of UDP datagrams that the router loses, each way, from 0 to 1. */
  readonly loss?: number;
}

/** The whole rule set of a site's router, for `nft -f`. @throws Error when the container lab cannot realize the access. */
export function routerRules(access: AccessProfile, place: SitePlace, { loss = 0 }: RuleOptions = {}): string {
  const lost = lossRules(loss);
  const blocks = [
    ...(access.kind === 'nat' ? natChains(theNat(access), { place, lost }) : plainChains(access, lost)),
    INPUT,
  ];
  return `table ip lab {\n${blocks.map((block) => `${indent(block)}\n`).join('\n')}}\n`;
}

/**
 * To a peer that is early, the router says nothing and remembers nothing: a packet that INPUT accepts would leave
 * a conntrack entry, and the own packet to that peer would then be given another port.
 */
const INPUT = chain('input', 'filter hook input priority filter', ['meta l4proto udp drop']);

function theNat({ layers: [nat, ...outer] }: AccessProfile & { readonly kind: 'nat' }): NatProfile {
  if (outer.length > 0) throw new Error(`${nat.name}: the container lab has no NAT behind a NAT`);
  return nat;
}

function natChains(
  profile: NatProfile,
  { place, lost }: { place: SitePlace; lost: readonly string[] },
): readonly string[] {
  const unable = unrealized(profile);
  if (unable.length > 0) throw new Error(`${profile.name}: the container lab has no ${unable.join(', no ')}`);
  const cone = profile.mapping === 'endpoint-independent' && profile.filtering !== 'address-and-port-dependent';
  return [
    ...(cone ? coneChains(profile) : []),
    chain('source', 'nat hook postrouting priority srcnat', sourceRules(profile, place)),
    chain('forward', 'filter hook forward priority filter; policy drop', [
      ...lost,
      'iifname "lan" oifname "wan" accept',
      'ct state established,related accept',
      ...(cone ? ['iifname "wan" ct status dnat accept'] : []),
    ]),
  ];
}

/** Each client has a block of public ports to itself, so that no mapping of one can ever stand in another's way. */
function sourceRules({ ports }: NatProfile, { wan, clients }: SitePlace): readonly string[] {
  const out = 'oifname "wan"';
  if (ports === 'random') return [`${out} snat to ${wan} fully-random`];
  return [
    ...clients.map(
      ({ address, ports: { first, last } }) =>
        `${out} ip saddr ${address} meta l4proto { tcp, udp } snat to ${wan}:${first}-${last}`,
    ),
    `${out} snat to ${wan}`,
  ];
}

/**
 * Linux alone lets in only what answers. Here each outbound packet also notes, once its source is translated,
 * whose the public port is and, for an address-dependent filter, which address that very port has sent to.
 */
function coneChains({ filtering, lifetimeMs }: NatProfile): readonly string[] {
  const kept = ['flags dynamic,timeout', `timeout ${lifetimeMs / 1000}s`, 'size 65535'];
  const contacts = filtering === 'address-dependent';
  const known = contacts ? ' ip saddr . udp dport @contacts' : '';
  return [
    block('map mappings', ['type inet_service : ipv4_addr . inet_service', ...kept]),
    ...(contacts ? [block('set contacts', ['type ipv4_addr . inet_service', ...kept])] : []),
    chain('destination', 'nat hook prerouting priority dstnat', [
      `iifname "wan"${known} dnat ip to udp dport map @mappings`,
    ]),
    chain('learn', 'filter hook postrouting priority srcnat + 1', [
      'oifname "wan" update @mappings { udp sport : ct original ip saddr . ct original proto-src }',
      ...(contacts ? ['oifname "wan" update @contacts { ip daddr . udp sport }'] : []),
    ]),
  ];
}

function plainChains(access: Exclude<AccessProfile, { kind: 'nat' }>, lost: readonly string[]): readonly string[] {
  return [chain('forward', 'filter hook forward priority filter; policy drop', [...lost, ...plainRules(access)])];
}

function plainRules(access: Exclude<AccessProfile, { kind: 'nat' }>): readonly string[] {
  const answers = ['iifname "lan" accept', 'ct state established,related accept'];
  switch (access.kind) {
    case 'open':
      return ['accept'];
    case 'udp-blocked':
      return ['meta l4proto udp drop', ...answers];
    case 'firewall':
      if (access.filtering === 'address-and-port-dependent') return answers;
      throw new Error(`the container lab has no ${access.filtering} firewall`);
  }
}

function lossRules(loss: number): readonly string[] {
  if (loss < 0 || loss > 1) throw new RangeError(`loss is a share from 0 to 1, not ${loss}`);
  return loss === 0 ? [] : [`meta l4proto udp numgen random mod 10000 < ${Math.round(loss * 10_000)} drop`];
}

/** What of a profile these rules do not express. */
function unrealized({ mapping, filtering, ports, hairpin, poolSize }: NatProfile): readonly string[] {
  const symmetric = mapping === 'address-and-port-dependent';
  return [
    ...(mapping === 'address-dependent' ? ['address-dependent mapping'] : []),
    ...(ports !== (symmetric ? 'random' : 'preserved') ? [`${ports} ports with ${mapping} mapping`] : []),
    ...(symmetric && filtering !== 'address-and-port-dependent' ? [`${filtering} filter with ${mapping} mapping`] : []),
    ...(hairpin ? ['hairpinning'] : []),
    ...(poolSize > 1 ? ['pool of addresses'] : []),
  ];
}

function chain(name: string, type: string, rules: readonly string[]): string {
  return block(`chain ${name}`, [`type ${type};`, ...rules]);
}

function block(head: string, lines: readonly string[]): string {
  return `${head} {\n${indent(lines.join('\n'))}\n}`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
