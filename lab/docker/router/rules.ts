/**
 * A profile as the rules of its router: strings, a pure function of profile and addresses. The router's interfaces are
 * named `wan` and `lan`. Nothing is ever rejected, only dropped: an ICMP error ends a punch.
 */
import type { Dependency } from '../../../src/nat/behavior.ts';
import {
  type AccessProfile,
  DEFAULT_BLOCK_SIZE,
  type NatProfile,
  type PortAssignmentKind,
  type TranslationKind,
} from '../../profiles.ts';
import type { ClientPlace, PortBlock, SitePlace } from '../topology/addressing.ts';
import { coneTable } from './cone-table.ts';
import { hairpinTable } from './hairpin-table.ts';
import { canCount, portTable } from './port-table.ts';

export interface RouterRules {
  /** For `iptables-restore`: translation, the stateful filter, loss. */
  readonly iptables: string;
  /** For `nft -f`: what iptables cannot express, such as the mappings that a cone NAT remembers; often empty. */
  readonly nft: string;
}

/** The whole rule set of one router, which is one NAT or none. @throws Error when the lab cannot realize the access. */
export function routerRules(access: AccessProfile, place: SitePlace): RouterRules {
  const nat = access.kind === 'nat' ? theNat(access) : null;
  const isOpen = nat !== null && nat.filtering !== 'address-and-port-dependent';
  const isCone = isOpen && nat.translation !== 'static';
  return {
    iptables: [
      table('filter', {
        chains: ['INPUT ACCEPT', 'FORWARD DROP', 'OUTPUT ACCEPT'],
        rules: [...(nat?.inboundFirst ? EARLY_REMEMBERED : EARLY_DROPPED), ...forwardRules(access, { isOpen })],
      }),
      table('nat', {
        chains: ['PREROUTING ACCEPT', 'INPUT ACCEPT', 'OUTPUT ACCEPT', 'POSTROUTING ACCEPT'],
        rules: nat ? translationRules(nat, place) : [],
      }),
    ].join(''),
    nft: [
      ...(isCone ? [coneTable(nat)] : []),
      ...(nat?.hairpin ? [hairpinTable(nat, place.wan)] : []),
      ...(nat ? [portTable(nat, place)] : []),
    ].join(''),
  };
}

/** The rules of a router that only forwards, and tells nobody of a shorter route. */
export const BACKBONE_RULES: RouterRules = {
  iptables: table('filter', {
    chains: ['INPUT ACCEPT', 'FORWARD ACCEPT', 'OUTPUT ACCEPT'],
    rules: ['-A OUTPUT -p icmp --icmp-type redirect -j DROP'],
  }),
  nft: '',
};

/**
 * The router does not answer a peer that is early, and remembers nothing of it: a packet that INPUT accepts would leave
 * a conntrack entry, and the host's packet to that peer would then get another port.
 */
const EARLY_DROPPED = ['-A INPUT -p udp -j DROP'];
/** The router keeps such an entry, but does not answer either. */
const EARLY_REMEMBERED = ['-A OUTPUT -p icmp --icmp-type destination-unreachable -j DROP'];
const ANSWERS = '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT';
const OUTBOUND = '-A FORWARD -i lan -j ACCEPT';

/** @param options.isOpen whether a NAT leads in what no client has asked for. */
function forwardRules(access: AccessProfile, { isOpen }: { readonly isOpen: boolean }): readonly string[] {
  switch (access.kind) {
    case 'open':
      return ['-A FORWARD -j ACCEPT'];
    case 'udp-blocked':
      return ['-A FORWARD -p udp -j DROP', OUTBOUND, ANSWERS];
    case 'firewall':
      if (access.filtering === 'address-and-port-dependent') return [OUTBOUND, ANSWERS];
      throw new Error(`the container lab has no ${access.filtering} firewall`);
    case 'nat':
      return [OUTBOUND, ANSWERS, ...(isOpen ? ['-A FORWARD -i wan -m conntrack --ctstate DNAT -j ACCEPT'] : [])];
  }
}

function translationRules(nat: NatProfile, place: SitePlace): readonly string[] {
  return nat.translation === 'static' ? staticRules(nat, place) : sourceRules(nat, place);
}

/** One public address for each client, both ways. */
function staticRules({ name }: NatProfile, { wan, pool = [], clients }: SitePlace): readonly string[] {
  const addresses = [wan, ...pool];
  if (clients.length > addresses.length) {
    throw new Error(`${name}: the container lab has no public address for each of ${clients.length} clients`);
  }
  const pairs = clients.map(({ address }, index) => [address, addresses[index] ?? wan] as const);
  return [
    ...pairs.map(([client, address]) => `-A PREROUTING -i wan -d ${address} -j DNAT --to-destination ${client}`),
    ...pairs.map(([client, address]) => `-A POSTROUTING -o wan -s ${client} -j SNAT --to-source ${address}`),
  ];
}

/** Each client has a block of public ports to itself, so that no mapping of one can ever stand in another's way. */
function sourceRules(nat: NatProfile, { wan, clients }: SitePlace): readonly string[] {
  const { ports, hairpin } = nat;
  const snat = (match: string, to: string): string => `-A POSTROUTING ${match} -j SNAT --to-source ${to}`;
  // Counted ports are for UDP only; everything else gets random ones.
  if (ports === 'random' || ports === 'sequential') return [snat('-o wan', `${wan} --random-fully`)];
  const how = ports === 'block' ? ' --random-fully' : '';
  const blocks = clients.flatMap((client) => {
    const { address } = client;
    const { first, last } = blockOf(client, nat);
    const matches = [
      `-o wan -s ${address} -p tcp`,
      `-o wan -s ${address} -p udp`,
      ...(hairpin ? [`-o lan -s ${address} -p udp -m conntrack --ctorigdst ${wan}`] : []),
    ];
    return matches.map((match) => snat(match, `${wan}:${first}-${last}${how}`));
  });
  return [...blocks, snat('-o wan', wan)];
}

/** The public ports of a client: all that it has to itself, or the first `blockSize` of them. */
function blockOf({ ports: own }: ClientPlace, { name, ports, blockSize = DEFAULT_BLOCK_SIZE }: NatProfile): PortBlock {
  if (ports !== 'block') return own;
  const last = own.first + blockSize - 1;
  if (last > own.last) throw new Error(`${name}: the container lab has no ${blockSize} ports for each client`);
  return { first: own.first, last };
}

function theNat({ layers }: AccessProfile & { readonly kind: 'nat' }): NatProfile {
  const [nat, ...outer] = layers;
  if (outer.length > 0) throw new Error(`${nat.name}: a router of the container lab is one NAT`);
  const unable = unrealized(nat);
  if (unable.length > 0) throw new Error(`${nat.name}: the container lab has no ${unable.join(', no ')}`);
  return nat;
}

/** What a profile asks for that these rules cannot express. */
function unrealized(profile: NatProfile): readonly string[] {
  const { mapping, filtering, ports, portStep = 1, hairpin, inboundFirst = false, translation = 'napt' } = profile;
  const isStable = mapping === 'endpoint-independent';
  const isStrict = filtering === 'address-and-port-dependent';
  return [
    ...(PORTS_OF[mapping].includes(ports) ? [] : [`${ports} ports with ${mapping} mapping`]),
    ...(ports === 'sequential' && !canCount(portStep) ? [`ports by steps of ${portStep}`] : []),
    ...(isStable || isStrict ? [] : [`${filtering} filter with ${mapping} mapping`]),
    ...(isStable || !hairpin ? [] : [`hairpinning with ${mapping} mapping`]),
    ...(inboundFirst && !(isStable && isStrict) ? [`inbound first with ${mapping} mapping, ${filtering} filter`] : []),
    ...(isStable || translation === 'napt' ? [] : [`${translation} translation with ${mapping} mapping`]),
    ...TRANSLATION_LIMITS[translation](profile),
  ];
}

/** By the kind of translation. Only what translates no port at all can have more than one address. */
const TRANSLATION_LIMITS: Readonly<Record<TranslationKind, (profile: NatProfile) => readonly string[]>> = {
  napt: ({ poolSize }) => (poolSize > 1 ? ['pool of addresses'] : []),
  static: ({ filtering, hairpin }) => [
    ...(filtering === 'address-dependent' ? [`${filtering} filter with static translation`] : []),
    ...(hairpin ? ['hairpinning with static translation'] : []),
  ],
  dynamic: ({ filtering, hairpin, poolSize, pooling }) => [
    ...(poolSize > 1 && pooling === 'arbitrary' ? [] : ['dynamic translation without an arbitrary pool']),
    ...(filtering === 'address-and-port-dependent' ? [] : [`${filtering} filter with dynamic translation`]),
    ...(hairpin ? ['hairpinning with dynamic translation'] : []),
  ],
};

const PORTS_OF: Readonly<Record<Dependency, readonly PortAssignmentKind[]>> = {
  'endpoint-independent': ['preserved'],
  'address-dependent': ['random'],
  'address-and-port-dependent': ['random', 'sequential', 'block'],
};

interface Table {
  /** Each with its policy. */
  readonly chains: readonly string[];
  readonly rules: readonly string[];
}

function table(name: string, { chains, rules }: Table): string {
  return [`*${name}`, ...chains.map((chain) => `:${chain} [0:0]`), ...rules, 'COMMIT', ''].join('\n');
}
