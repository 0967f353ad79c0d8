/** A NAT as RFC 4787 defines it, after a profile; it drops what it does not let in without a word. */

import { drop, type Middlebox, type Passage, pass } from '../network/middlebox.ts';
import type { Packet } from '../network/packet.ts';
import { createEarlyPackets } from './early-packets.ts';
import { createMappingTable, type MappingTableOptions } from './mapping-table.ts';

/** UDP and TCP have mappings of their own; TCP behaves by the same profile (RFC 5382 has the same terms). */
export function createNat(options: Omit<MappingTableOptions, 'early'>): Middlebox {
  const { profile, addresses, random } = options;
  const early = { udp: createEarlyPackets(), tcp: createEarlyPackets() };
  const tables = {
    udp: createMappingTable({ ...options, early: early.udp, random: random.fork('udp') }),
    tcp: createMappingTable({ ...options, early: early.tcp, random: random.fork('tcp') }),
  };

  const inbound = (now: number, packet: Packet): Passage => {
    const mapping = tables[packet.protocol].find(now, packet.to);
    if (mapping?.filter.allows(now, packet.from)) return pass('inside', { ...packet, to: mapping.internal });
    if (profile.inboundFirst) early[packet.protocol].note(now, packet.to, packet.from);
    return drop(mapping ? 'filtered' : 'no-mapping');
  };

  return {
    inbound,
    outbound: (now, packet) => {
      const toItself = addresses.includes(packet.to.address);
      if (toItself && !profile.hairpin) return drop('no-hairpin');
      const mapping = tables[packet.protocol].claim(now, packet.from, packet.to);
      if (!mapping) return drop('no-free-port');
      const translated = { ...packet, from: mapping.external };
      // Hairpinning shows the receiver the sender's external address and port (RFC 4787 REQ-9a).
      return toItself ? inbound(now, translated) : pass('outside', translated);
    },
  };
}
