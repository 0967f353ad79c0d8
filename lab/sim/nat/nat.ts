/** A NAT as RFC 4787 defines it, after a profile; it drops what it does not let in without a word. */

import { drop, type Middlebox, type Passage, pass } from '../network/middlebox.ts';
import type { Packet } from '../network/packet.ts';
import { createEarlyPackets, type EarlyPackets } from './early-packets.ts';
import { createMappingTable, type MappingTable, type MappingTableOptions } from './mapping-table.ts';
import { requireProfile } from './require-profile.ts';
import { createStaticNat } from './static-nat.ts';

type MappingOptions = Omit<MappingTableOptions, 'early'>;

interface NatOptions extends MappingOptions {
  /** Whom the public addresses of a static NAT stand for, in the same order; no other NAT needs to know. */
  readonly insideAddresses?: readonly string[];
}

/**
 * UDP and TCP each have their mappings; TCP behaves by the same profile (RFC 5382 has the same terms).
 * @throws RangeError when the profile holds a value that it must not.
 */
export function createNat(options: NatOptions): Middlebox {
  const { profile, random, insideAddresses = [] } = options;
  let { addresses } = options;
  requireProfile(profile);
  if (profile.translation === 'static') return createStaticNat({ profile, addresses, insideAddresses });
  let memory = createMemory(options);
  let reboots = 0;

  const inbound = (now: number, packet: Packet): Passage => {
    const { table, early } = memory[packet.protocol];
    const mapping = table.find(now, packet.to);
    if (mapping?.filter.allows(now, packet.from)) return pass('inside', { ...packet, to: mapping.internal });
    if (profile.inboundFirst) early.note(now, packet.to, packet.from);
    return drop(mapping ? 'filtered' : 'no-mapping');
  };

  return {
    inbound,
    outbound: (now, packet) => {
      const toItself = addresses.includes(packet.to.address);
      if (toItself && !profile.hairpin) return drop('no-hairpin');
      const mapping = memory[packet.protocol].table.claim(now, packet.from, packet.to);
      if (!mapping) return drop('no-free-port');
      const translated = { ...packet, from: mapping.external };
      // Hairpinning shows the receiver the sender's external address and port (RFC 4787 REQ-9a).
      return toItself ? inbound(now, translated) : pass('outside', translated);
    },
    reboot: (others = addresses) => {
      reboots++;
      addresses = others;
      // Drawn anew, so that a NAT with random ports does not give the same ones again.
      memory = createMemory({ ...options, addresses, random: random.fork(`reboot ${reboots}`) });
    },
  };
}

/** What a NAT remembers of one protocol's packets. */
interface Memory {
  readonly table: MappingTable;
  readonly early: EarlyPackets;
}

function createMemory(options: MappingOptions): Readonly<Record<Packet['protocol'], Memory>> {
  const memoryOf = (protocol: Packet['protocol']): Memory => {
    const early = createEarlyPackets();
    return { early, table: createMappingTable({ ...options, early, random: options.random.fork(protocol) }) };
  };
  return { udp: memoryOf('udp'), tcp: memoryOf('tcp') };
}
