/**
 * What a cone NAT remembers of its mappings. Linux by itself lets in only answers, and iptables sees a packet's source
 * port only before it is translated. So each outbound packet is noted here once it is translated: who owns the public port
 * and, for an address-dependent filter, which address that port has sent to.
 */
import type { NatProfile } from '../../profiles.ts';
import { kept, mappingsMap, noteMapping } from './learned.ts';

/** Returns one nftables table. */
export function coneTable(profile: NatProfile): string {
  const isRestricted = profile.filtering === 'address-dependent';
  const known = isRestricted ? ' ip saddr . udp dport @contacts' : '';
  return [
    'table ip cone {',
    `  ${mappingsMap(profile)}`,
    ...(isRestricted ? [`  set contacts { type ipv4_addr . inet_service; ${kept(profile)} }`] : []),
    '  chain destination {',
    '    type nat hook prerouting priority dstnat;',
    `    iifname "wan"${known} dnat ip to udp dport map @mappings`,
    '  }',
    '  chain learn {',
    '    type filter hook postrouting priority srcnat + 1;',
    ...noteMapping('oifname "wan"').map((rule) => `    ${rule}`),
    ...(isRestricted ? ['    oifname "wan" update @contacts { ip daddr . udp sport }'] : []),
    '  }',
    '}',
    '',
  ].join('\n');
}
