/**
 * Hairpinning (RFC 4787 §6): a packet from the inside to a public endpoint of the router goes to the owner of that
 * endpoint, and comes from the sender's public endpoint (REQ-9a), which the router's source translation gives it. Only
 * such packets have the router's address as their source, so what their filter has to know is kept here, apart from the
 * rest. A packet to the router's address is noted before any translation, so that it opens the filter even if it is dropped.
 */
import type { Dependency } from '../../../src/nat/behavior.ts';
import type { NatProfile } from '../../profiles.ts';
import { kept, mappingsMap, noteMapping } from './learned.ts';

interface Contacts {
  readonly type: string;
  /** What is noted of a packet on its way in: who has sent it, and where to. */
  readonly noted: string;
  /** What must have been noted of the receiver for a translated packet to reach it. */
  readonly wanted: string;
}

/** Returns one nftables table. */
export function hairpinTable(profile: NatProfile, wan: string): string {
  const contacts = contactsOf(profile.filtering);
  const arriving = `iifname "lan" ip daddr ${wan}`;
  const leaving = `ip saddr ${wan}`;
  return [
    'table ip hairpin {',
    `  ${mappingsMap(profile)}`,
    ...(contacts
      ? [
          `  set contacts { type ${contacts.type}; ${kept(profile)} }`,
          '  chain note {',
          '    type filter hook prerouting priority dstnat - 1;',
          `    ${arriving} update @contacts { ${contacts.noted} }`,
          '  }',
        ]
      : []),
    '  chain destination {',
    '    type nat hook prerouting priority dstnat;',
    `    ${arriving} dnat ip to udp dport map @mappings`,
    '  }',
    '  chain learn {',
    '    type filter hook postrouting priority srcnat + 1;',
    ...noteMapping(leaving).map((rule) => `    ${rule}`),
    // Dropped here, it leaves no entry in connection tracking that the receiver's own packet could collide with.
    ...(contacts ? [`    ${leaving} oifname "lan" ${contacts.wanted} != @contacts drop`] : []),
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Contacts are kept by inside endpoint, which is as good as by mapping where the mapping is endpoint-independent. */
function contactsOf(filtering: Dependency): Contacts | null {
  switch (filtering) {
    case 'endpoint-independent':
      return null;
    case 'address-dependent':
      return { type: 'ipv4_addr . inet_service', noted: 'ip saddr . udp sport', wanted: 'ip daddr . udp dport' };
    case 'address-and-port-dependent':
      return {
        type: 'ipv4_addr . inet_service . inet_service',
        noted: 'ip saddr . udp sport . udp dport',
        wanted: 'ip daddr . udp dport . udp sport',
      };
  }
}
