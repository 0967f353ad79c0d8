/**
 * Chooses the public ports or addresses of UDP mappings where iptables cannot: ports that are counted up or one for each
 * destination address, and addresses of a pool. It acts before the router's source translation, which then has nothing
 * left to do.
 */
import type { NatProfile } from '../../profiles.ts';
import type { SitePlace } from '../topology/addressing.ts';
import { kept } from './learned.ts';
import { MAX_LISTED, nextPort, portMap } from './port-list.ts';

/** Returns one nftables table, or nothing where iptables can do it. */
export function portTable(profile: NatProfile, { wan, pool = [] }: Pick<SitePlace, 'wan' | 'pool'>): string {
  const isStatic = profile.translation === 'static';
  if (profile.poolSize > 1 && profile.pooling === 'arbitrary' && !isStatic) return poolTable(profile, [wan, ...pool]);
  if (profile.ports === 'sequential') return sequenceTable(profile, wan);
  return profile.mapping === 'address-dependent' ? addressTable(profile, wan) : '';
}

const FIRST_COUNTED = 32_768;
const LAST_COUNTED = 65_535;
const MIN_COUNTED = 1024;

/** Whether there is room for ports that differ by that step. */
export function canCount(step: number): boolean {
  return step !== 0 && portsBy(step).length >= MIN_COUNTED;
}

/** The rule applies once to each connection, to its first packet, whatever becomes of that packet. */
function sequenceTable({ portStep = 1 }: NatProfile, wan: string): string {
  const ports = portsBy(portStep);
  return [
    'table ip ports {',
    `  ${portMap('sequence', ports)}`,
    '  chain source {',
    '    type nat hook postrouting priority srcnat - 1;',
    `    oifname "wan" meta l4proto udp snat ip to ${wan} : ${nextPort('sequence', ports)}`,
    '  }',
    '}',
    '',
  ].join('\n');
}

function portsBy(step: number): readonly number[] {
  const length = Math.min(MAX_LISTED, Math.floor((LAST_COUNTED - FIRST_COUNTED) / Math.abs(step)) + 1);
  const start = step > 0 ? FIRST_COUNTED : LAST_COUNTED;
  return Array.from({ length }, (_, index) => start + index * step);
}

/**
 * Each socket gets the address that its endpoint says, so that it has the same one toward everyone, and keeps its port;
 * where the mapping depends on the destination, each mapping draws an address and a port.
 */
function poolTable({ mapping }: NatProfile, addresses: readonly string[]): string {
  const isStable = mapping === 'endpoint-independent';
  const choice = isStable ? 'jhash ip saddr . udp sport' : 'numgen random';
  const elements = addresses.map((address, index) => `${index} : ${address}`).join(', ');
  return [
    'table ip ports {',
    '  chain source {',
    '    type nat hook postrouting priority srcnat - 1;',
    `    oifname "wan" meta l4proto udp snat ip to ${choice} mod ${addresses.length} map { ${elements} }${isStable ? '' : ' fully-random'}`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/**
 * The first mapping toward an address gets a random port from iptables, and is noted once it has it; later ones get the
 * same port. If the port were a hash of the addresses, two sockets could get the same, and the later one lose its packets.
 */
function addressTable(profile: NatProfile, wan: string): string {
  return [
    'table ip ports {',
    `  map mappings { type ipv4_addr . ipv4_addr . inet_service : inet_service; ${kept(profile)} }`,
    '  chain source {',
    '    type nat hook postrouting priority srcnat - 1;',
    `    oifname "wan" meta l4proto udp snat ip to ${wan} : ip saddr . ip daddr . udp sport map @mappings`,
    '  }',
    '  chain learn {',
    '    type filter hook postrouting priority srcnat + 1;',
    '    oifname "wan" meta l4proto udp ct direction original update @mappings { ct original ip saddr . ip daddr . ct original proto-src : udp sport }',
    '  }',
    '}',
    '',
  ].join('\n');
}
