/**
 * A profile as the rules of its router: strings, a pure function of profile and addresses. The router's interfaces are
 * named `wan` and `lan`. Nothing is ever rejected, only dropped: an ICMP error ends a punch.
 */
import type { AccessProfile, NatProfile } from '../profiles.ts';
import type { SitePlace } from './addressing.ts';
import { coneTable } from './cone-table.ts';
import { hairpinTable } from './hairpin-table.ts';

export interface RouterRules {
  /** For `iptables-restore`: translation, the stateful filter, loss. */
  readonly iptables: string;
  /** For `nft -f`: what cones and hairpinning remember of mappings, for which iptables has no words; empty elsewhere. */
  readonly nft: string;
}

/** The whole rule set of a site's router. @throws Error when the container lab cannot realize the access. */
export function routerRules(access: AccessProfile, place: SitePlace): RouterRules {
  const nat = access.kind === 'nat' ? theNat(access) : null;
  const isCone = nat !== null && nat.filtering !== 'address-and-port-dependent';
  return {
    iptables: [
      table(
        'filter',
        ['INPUT ACCEPT', 'FORWARD DROP', 'OUTPUT ACCEPT'],
        [...INPUT, ...forwardRules(access, { isCone })],
      ),
      table(
        'nat',
        ['PREROUTING ACCEPT', 'INPUT ACCEPT', 'OUTPUT ACCEPT', 'POSTROUTING ACCEPT'],
        [...(nat ? sourceRules(nat, place) : [])],
      ),
    ].join(''),
    nft: [...(isCone ? [coneTable(nat)] : []), ...(nat?.hairpin ? [hairpinTable(nat, place.wan)] : [])].join(''),
  };
}

/**
 * To a peer that is early, the router says nothing and remembers nothing: a packet that INPUT accepts would leave
 * a conntrack entry, and the own packet to that peer would then be given another port.
 */
const INPUT = ['-A INPUT -p udp -j DROP'];
const ANSWERS = '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT';
const OUTBOUND = '-A FORWARD -i lan -j ACCEPT';

function forwardRules(access: AccessProfile, { isCone }: { readonly isCone: boolean }): readonly string[] {
  switch (access.kind) {
    case 'open':
      return ['-A FORWARD -j ACCEPT'];
    case 'udp-blocked':
      return ['-A FORWARD -p udp -j DROP', OUTBOUND, ANSWERS];
    case 'firewall':
      if (access.filtering === 'address-and-port-dependent') return [OUTBOUND, ANSWERS];
      throw new Error(`the container lab has no ${access.filtering} firewall`);
    case 'nat':
      return [OUTBOUND, ANSWERS, ...(isCone ? ['-A FORWARD -i wan -m conntrack --ctstate DNAT -j ACCEPT'] : [])];
  }
}

/** Each client has a block of public ports to itself, so that no mapping of one can ever stand in another's way. */
function sourceRules({ ports, hairpin }: NatProfile, { wan, clients }: SitePlace): readonly string[] {
  const snat = (match: string, to: string): string => `-A POSTROUTING ${match} -j SNAT --to-source ${to}`;
  if (ports === 'random') return [snat('-o wan', `${wan} --random-fully`)];
  const blocks = clients.flatMap(({ address, ports: { first, last } }) => {
    const matches = [
      `-o wan -s ${address} -p tcp`,
      `-o wan -s ${address} -p udp`,
      ...(hairpin ? [`-o lan -s ${address} -p udp -m conntrack --ctorigdst ${wan}`] : []),
    ];
    return matches.map((match) => snat(match, `${wan}:${first}-${last}`));
  });
  return [...blocks, snat('-o wan', wan)];
}

function theNat({ layers }: AccessProfile & { readonly kind: 'nat' }): NatProfile {
  const [nat, ...outer] = layers;
  if (outer.length > 0) throw new Error(`${nat.name}: the container lab has no NAT behind a NAT`);
  const unable = unrealized(nat);
  if (unable.length > 0) throw new Error(`${nat.name}: the container lab has no ${unable.join(', no ')}`);
  return nat;
}

/** What of a profile these rules do not express. */
function unrealized({ mapping, filtering, ports, hairpin, poolSize }: NatProfile): readonly string[] {
  const symmetric = mapping === 'address-and-port-dependent';
  return [
    ...(mapping === 'address-dependent' ? ['address-dependent mapping'] : []),
    ...(ports !== (symmetric ? 'random' : 'preserved') ? [`${ports} ports with ${mapping} mapping`] : []),
    ...(symmetric && filtering !== 'address-and-port-dependent' ? [`${filtering} filter with ${mapping} mapping`] : []),
    ...(hairpin && mapping !== 'endpoint-independent' ? [`hairpinning with ${mapping} mapping`] : []),
    ...(poolSize > 1 ? ['pool of addresses'] : []),
  ];
}

function table(name: string, chains: readonly string[], rules: readonly string[]): string {
  return [`*${name}`, ...chains.map((chain) => `:${chain} [0:0]`), ...rules, 'COMMIT', ''].join('\n');
}
