/**
 * Chooses the public ports of mappings that do not depend on the destination, where iptables cannot: ports that are never
 * kept, or kept as long as no other client has them. Each client's endpoint is noted with the port that it has got, and gets
 * the same one toward the next destination. It acts before the router's source translation, which then has nothing left to do.
 */
import type { NatProfile } from '../../profiles.ts';
import type { SitePlace } from '../topology/addressing.ts';
import { kept } from './learned.ts';
import { type Paired, pairedAddresses } from './paired.ts';
import { MAX_LISTED, nextPort, portMap, shuffledPorts } from './port-list.ts';

/**
 * Whether the ports of the profile are chosen here. A client that is alone has all ports to itself, and iptables keeps them.
 * A port that is chosen here stays, and so an early packet could not change it.
 */
export function hasStablePorts(profile: NatProfile, { clients }: Pick<SitePlace, 'clients'>): boolean {
  const { mapping, ports, poolSize, pooling, inboundFirst = false, translation = 'napt' } = profile;
  if (mapping !== 'endpoint-independent' || translation !== 'napt' || inboundFirst) return false;
  return ports !== 'preserved' || (clients.length > 1 && !(poolSize > 1 && pooling === 'arbitrary'));
}

/** Returns one nftables table. */
export function stablePortTable(profile: NatProfile, place: SitePlace): string {
  const addresses = pairedAddresses(place);
  const { declared, rules, noted } = choiceOf(profile, addresses);
  return [
    'table ip ports {',
    `  map mappings { type ipv4_addr . inet_service : inet_service; ${kept(profile)} }`,
    ...declared.map((line) => `  ${line}`),
    '  chain source {',
    '    type nat hook postrouting priority srcnat - 1;',
    '    oifname "wan" jump choose',
    ...(profile.hairpin ? [`    oifname "lan" ct original ip daddr ${place.wan} jump choose`] : []),
    '  }',
    '  chain choose {',
    ...addresses.map((one) => `    ${toAddress(one, 'ip saddr . udp sport map @mappings')}`),
    ...rules.map((rule) => `    ${rule}`),
    '  }',
    '  chain learn {',
    '    type filter hook postrouting priority srcnat + 1;',
    ...noted.map((rule) => `    ${rule}`),
    ...['original', 'reply'].map(
      (direction) =>
        `    oifname "wan" meta l4proto udp ct direction ${direction} update @mappings { ct ${direction} ip saddr . ct ${direction} proto-src : udp sport }`,
    ),
    '  }',
    '}',
    '',
  ].join('\n');
}

interface Choice {
  readonly declared: readonly string[];
  /** What a new mapping gets: the first that fits. */
  readonly rules: readonly string[];
  /** What is noted of a translated packet before its mapping is, so that it is forgotten no later. */
  readonly noted: readonly string[];
}

function choiceOf(profile: NatProfile, addresses: readonly Paired[]): Choice {
  switch (profile.ports) {
    case 'preserved':
      return preserved(profile, addresses);
    case 'parity':
      return parity(addresses);
    default:
      return listed(addresses);
  }
}

/** How many other ports there are for those that another client has. */
const OTHERS = 1024;

/** A port that another client has on the same address is left to it. */
function preserved(profile: NatProfile, addresses: readonly Paired[]): Choice {
  const ports = shuffledPorts(OTHERS);
  return {
    declared: [
      ...addresses.map((_, index) => `set taken${index} { type inet_service; ${kept(profile)} }`),
      portMap('others', ports),
    ],
    rules: addresses.flatMap((one, index) => [
      toAddress(one, 'udp sport', `udp sport != @taken${index}`),
      toAddress(one, nextPort('others', ports)),
    ]),
    noted: addresses.map(
      ({ address }, index) => `oifname "wan" ip saddr ${address} update @taken${index} { udp sport }`,
    ),
  };
}

const PARITIES = ['even', 'odd'] as const;

function parity(addresses: readonly Paired[]): Choice {
  const lists = PARITIES.map((name, bit) => {
    const ports = shuffledPorts(MAX_LISTED / PARITIES.length, (port) => port % PARITIES.length === bit);
    return { name, bit, ports };
  });
  return {
    declared: lists.map(({ name, ports }) => portMap(name, ports)),
    rules: addresses.flatMap((one) =>
      lists.map(({ name, bit, ports }) => toAddress(one, nextPort(name, ports), `udp sport & 1 == ${bit}`)),
    ),
    noted: [],
  };
}

function listed(addresses: readonly Paired[]): Choice {
  const ports = shuffledPorts(MAX_LISTED);
  return {
    declared: [portMap('listed', ports)],
    rules: addresses.map((one) => toAddress(one, nextPort('listed', ports))),
    noted: [],
  };
}

/** Translates what comes from the clients of that address. */
function toAddress({ address, clients }: Paired, port: string, condition?: string): string {
  const sources = clients.map((client) => client.address).join(', ');
  return `ip saddr { ${sources} } meta l4proto udp ${condition ? `${condition} ` : ''}snat ip to ${address} : ${port}`;
}
