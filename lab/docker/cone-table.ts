/**
 * What a cone NAT remembers of its mappings. Linux alone lets in only what answers, and iptables can note a packet's
 * port before its source is translated, not after. So each outbound packet notes here, once it is translated, whose the
 * public port is and, for an address-dependent filter, which address that very port has sent to.
 */
import type { NatProfile } from '../profiles.ts';

/** One nftables table. */
export function coneTable({ filtering, lifetimeMs }: NatProfile): string {
  const kept = `flags dynamic,timeout; timeout ${lifetimeMs / 1000}s; size 65535;`;
  const isRestricted = filtering === 'address-dependent';
  const known = isRestricted ? ' ip saddr . udp dport @contacts' : '';
  return [
    'table ip cone {',
    `  map mappings { type inet_service : ipv4_addr . inet_service; ${kept} }`,
    ...(isRestricted ? [`  set contacts { type ipv4_addr . inet_service; ${kept} }`] : []),
    '  chain destination {',
    '    type nat hook prerouting priority dstnat;',
    `    iifname "wan"${known} dnat ip to udp dport map @mappings`,
    '  }',
    '  chain learn {',
    '    type filter hook postrouting priority srcnat + 1;',
    '    oifname "wan" update @mappings { udp sport : ct original ip saddr . ct original proto-src }',
    ...(isRestricted ? ['    oifname "wan" update @contacts { ip daddr . udp sport }'] : []),
    '  }',
    '}',
    '',
  ].join('\n');
}
