/**
 * Hairpinning (RFC 4787 §6): a packet from the inside to a public endpoint of the router itself is led to its owner, and
 * comes from the sender's public endpoint (REQ-9a), which the router's own source translation gives it. Packets with
 * the router's address as source come this way only, so what their filter has to know is kept here, apart from all else.
 * Who sends to the router's address notes it before any translation, so that a packet that is dropped opens the way too.
 */
import type { Dependency } from '../../../src/nat/behavior.ts';
import type { NatProfile } from '../../profiles.ts';
import { kept, mappingsMap, noteMapping } from './learned.ts';

interface Contacts {
  readonly type: string;
  /** Of a packet on its way in: who has sent, and where to. */
  readonly noted: string;
  /** Of a translated packet on its way to its receiver: what the receiver must have noted. */
  readonly wanted: string;
}

/** One nftables table. */
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

/** By inside endpoint, which is as good as by mapping where the mapping is endpoint-independent. */
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
