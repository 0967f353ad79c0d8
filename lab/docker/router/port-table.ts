/**
 * Chooses the public ports or addresses of UDP mappings where iptables cannot: ports that are counted up or one for each
 * destination address, and addresses of a pool. It acts before the router's source translation, which then has nothing
 * left to do.
 */
import type { NatProfile } from '../../profiles.ts';
import type { SitePlace } from '../topology/addressing.ts';
import { kept } from './learned.ts';

/** Returns one nftables table, or nothing where iptables can do it. */
export function portTable(profile: NatProfile, { wan, pool = [] }: Pick<SitePlace, 'wan' | 'pool'>): string {
  if (profile.translation === 'dynamic') return poolTable([wan, ...pool]);
  if (profile.ports === 'sequential') return sequenceTable(profile, wan);
  return profile.mapping === 'address-dependent' ? addressTable(profile, wan) : '';
}

const FIRST_COUNTED = 32_768;
const LAST_COUNTED = 65_535;
/** Enough that no two mappings of one lifetime meet, and so few that the rules fit into one argument of a program (128 KiB). */
const MAX_COUNTED = 4096;
const MIN_COUNTED = 1024;

/** Whether there is room for ports that differ by that step. */
export function canCount(step: number): boolean {
  return step !== 0 && portsBy(step).length >= MIN_COUNTED;
}

/**
 * A counter chooses from a list of ports: used as the port, it would have its bytes in the machine's order
 * (nftables 1.0.6). The rule applies once to each connection, to its first packet, whatever becomes of that packet.
 */
function sequenceTable({ portStep = 1 }: NatProfile, wan: string): string {
  const ports = portsBy(portStep);
  const counter = `numgen inc mod ${ports.length}`;
  return [
    'table ip ports {',
    `  map sequence { typeof ${counter} : udp sport; elements = { ${ports.map((port, index) => `${index} : ${port}`).join(', ')} } }`,
    '  chain source {',
    '    type nat hook postrouting priority srcnat - 1;',
    `    oifname "wan" meta l4proto udp snat ip to ${wan} : ${counter} map @sequence`,
    '  }',
    '}',
    '',
  ].join('\n');
}

function portsBy(step: number): readonly number[] {
  const length = Math.min(MAX_COUNTED, Math.floor((LAST_COUNTED - FIRST_COUNTED) / Math.abs(step)) + 1);
  const start = step > 0 ? FIRST_COUNTED : LAST_COUNTED;
  return Array.from({ length }, (_, index) => start + index * step);
}

/**
 * Each socket gets the address that its own endpoint says, so that it has the same one toward everyone. The port stays:
 * no two clients of the lab have one in common.
 */
function poolTable(addresses: readonly string[]): string {
  const elements = addresses.map((address, index) => `${index} : ${address}`).join(', ');
  return [
    'table ip ports {',
    '  chain source {',
    '    type nat hook postrouting priority srcnat - 1;',
    `    oifname "wan" meta l4proto udp snat ip to jhash ip saddr . udp sport mod ${addresses.length} map { ${elements} }`,
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
