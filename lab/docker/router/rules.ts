/**
 * A profile as the rules of its router: strings, a pure function of profile and addresses. The router's interfaces are
 * named `wan` and `lan`. Nothing is ever rejected, only dropped: an ICMP error ends a punch.
 */
import type { Dependency } from '../../../src/nat/behavior.ts';
import { type AccessProfile, DEFAULT_BLOCK_SIZE, type NatProfile, type PortAssignmentKind } from '../../profiles.ts';
import type { ClientPlace, PortBlock, SitePlace } from '../topology/addressing.ts';
import { coneTable } from './cone-table.ts';
import { hairpinTable } from './hairpin-table.ts';
import { canCount, portTable } from './port-table.ts';

export interface RouterRules {
  /** For `iptables-restore`: translation, the stateful filter, loss. */
  readonly iptables: string;
  /** For `nft -f`: what iptables has no words for, such as what cones remember of mappings; mostly empty. */
  readonly nft: string;
}

/** The whole rule set of one router, which is one NAT or none. @throws Error when the lab cannot realize the access. */
export function routerRules(access: AccessProfile, place: SitePlace): RouterRules {
  const nat = access.kind === 'nat' ? theNat(access) : null;
  const isCone = nat !== null && nat.filtering !== 'address-and-port-dependent';
  return {
    iptables: [
      table(
        'filter',
        ['INPUT ACCEPT', 'FORWARD DROP', 'OUTPUT ACCEPT'],
        [...(nat?.inboundFirst ? EARLY_REMEMBERED : EARLY_DROPPED), ...forwardRules(access, { isCone })],
      ),
      table(
        'nat',
        ['PREROUTING ACCEPT', 'INPUT ACCEPT', 'OUTPUT ACCEPT', 'POSTROUTING ACCEPT'],
        [...(nat ? sourceRules(nat, place) : [])],
      ),
    ].join(''),
    nft: [
      ...(isCone ? [coneTable(nat)] : []),
      ...(nat?.hairpin ? [hairpinTable(nat, place.wan)] : []),
      ...(nat ? [portTable(nat, place.wan)] : []),
    ].join(''),
  };
}

/** Of a router that only forwards, and tells nobody of a shorter way. */
export const BACKBONE_RULES: RouterRules = {
  iptables: table(
    'filter',
    ['INPUT ACCEPT', 'FORWARD ACCEPT', 'OUTPUT ACCEPT'],
    ['-A OUTPUT -p icmp --icmp-type redirect -j DROP'],
  ),
  nft: '',
};

/**
 * To a peer that is early, the router says nothing and remembers nothing: a packet that INPUT accepts would leave
 * a conntrack entry, and the own packet to that peer would then be given another port.
 */
const EARLY_DROPPED = ['-A INPUT -p udp -j DROP'];
/** Such an entry, and not a word either. */
const EARLY_REMEMBERED = ['-A OUTPUT -p icmp --icmp-type destination-unreachable -j DROP'];
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
function sourceRules(nat: NatProfile, { wan, clients }: SitePlace): readonly string[] {
  const { ports, hairpin } = nat;
  const snat = (match: string, to: string): string => `-A POSTROUTING ${match} -j SNAT --to-source ${to}`;
  // Where `ports` are counted this is for what is not UDP.
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

/** Of the ports that are the client's own: all, or the first so many. */
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

/** What of a profile these rules do not express. */
function unrealized(profile: NatProfile): readonly string[] {
  const { mapping, filtering, ports, portStep = 1, hairpin, inboundFirst = false, poolSize } = profile;
  const isStable = mapping === 'endpoint-independent';
  const isStrict = filtering === 'address-and-port-dependent';
  return [
    ...(PORTS_OF[mapping].includes(ports) ? [] : [`${ports} ports with ${mapping} mapping`]),
    ...(ports === 'sequential' && !canCount(portStep) ? [`ports by steps of ${portStep}`] : []),
    ...(isStable || isStrict ? [] : [`${filtering} filter with ${mapping} mapping`]),
    ...(isStable || !hairpin ? [] : [`hairpinning with ${mapping} mapping`]),
    ...(inboundFirst && !(isStable && isStrict) ? [`inbound first with ${mapping} mapping, ${filtering} filter`] : []),
    ...(poolSize > 1 ? ['pool of addresses'] : []),
  ];
}

const PORTS_OF: Readonly<Record<Dependency, readonly PortAssignmentKind[]>> = {
  'endpoint-independent': ['preserved'],
  'address-dependent': ['random'],
  'address-and-port-dependent': ['random', 'sequential', 'block'],
};

function table(name: string, chains: readonly string[], rules: readonly string[]): string {
  return [`*${name}`, ...chains.map((chain) => `:${chain} [0:0]`), ...rules, 'COMMIT', ''].join('\n');
}
