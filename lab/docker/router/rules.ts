/**
 * A profile as the rules of its router: strings, a pure function of profile and addresses. The router's interfaces are
 * named `wan` and `lan`. Nothing is ever rejected, only dropped: an ICMP error ends a punch.
 */
import { type AccessProfile, DEFAULT_BLOCK_SIZE, type NatProfile } from '../../profiles.ts';
import type { ClientPlace, PortBlock, SitePlace } from '../topology/addressing.ts';
import { coneTable } from './cone-table.ts';
import { hairpinTable } from './hairpin-table.ts';
import { type Paired, pairedAddresses } from './paired.ts';
import { portTable } from './port-table.ts';
import { theNat } from './realizable.ts';
import { hasStablePorts, stablePortTable } from './stable-ports.ts';

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
      ...(nat ? [hasStablePorts(nat, place) ? stablePortTable(nat, place) : portTable(nat, place)] : []),
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

/**
 * Where nftables does not choose the port of a UDP mapping, each client has a block of public ports to itself, so that no
 * mapping of one can ever stand in another's way.
 */
function sourceRules(nat: NatProfile, place: SitePlace): readonly string[] {
  const isPaired = nat.poolSize > 1 && nat.pooling === 'paired';
  const pairs = pairedAddresses(isPaired ? place : { wan: place.wan, clients: place.clients });
  const isRandom = nat.ports === 'random' || nat.ports === 'sequential';
  const how = isRandom ? ' --random-fully' : '';
  const ofClients = pairs.flatMap(({ address: to, clients }) =>
    clients.map(({ address }) => snat(`-o wan -s ${address}`, `${to}${how}`)),
  );
  return [
    ...(isRandom || hasStablePorts(nat, place) ? [] : pairs.flatMap((pair) => blockRules(nat, pair))),
    ...(isPaired ? ofClients : []),
    snat('-o wan', `${place.wan}${how}`),
  ];
}

function blockRules(nat: NatProfile, { address: to, clients }: Paired): readonly string[] {
  const how = nat.ports === 'block' ? ' --random-fully' : '';
  return clients.flatMap((client) => {
    const { address } = client;
    const { first, last } = blockOf(client, nat);
    return [
      `-o wan -s ${address} -p tcp`,
      `-o wan -s ${address} -p udp`,
      ...(nat.hairpin ? [`-o lan -s ${address} -p udp -m conntrack --ctorigdst ${to}`] : []),
    ].map((match) => snat(match, `${to}:${first}-${last}${how}`));
  });
}

function snat(match: string, to: string): string {
  return `-A POSTROUTING ${match} -j SNAT --to-source ${to}`;
}

/** The public ports of a client: all that it has to itself, or the first `blockSize` of them. */
function blockOf({ ports: own }: ClientPlace, { name, ports, blockSize = DEFAULT_BLOCK_SIZE }: NatProfile): PortBlock {
  if (ports !== 'block') return own;
  const last = own.first + blockSize - 1;
  if (last > own.last) throw new Error(`${name}: the container lab has no ${blockSize} ports for each client`);
  return { first: own.first, last };
}

interface Table {
  /** Each with its policy. */
  readonly chains: readonly string[];
  readonly rules: readonly string[];
}

function table(name: string, { chains, rules }: Table): string {
  return [`*${name}`, ...chains.map((chain) => `:${chain} [0:0]`), ...rules, 'COMMIT', ''].join('\n');
}
