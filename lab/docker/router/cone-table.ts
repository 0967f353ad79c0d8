/**
 * What a cone NAT remembers of its mappings. Linux alone lets in only what answers, and iptables can note a packet's
 * port before its source is translated, not after. So each outbound packet notes here, once it is translated, whose the
 * public port is and, for an address-dependent filter, which address that very port has sent to.
 */
import type { NatProfile } from '../../profiles.ts';
import { kept, mappingsMap, noteMapping } from './learned.ts';

/** One nftables table. */
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
