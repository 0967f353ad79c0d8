/** NATs with a flaw each that the conformance suite has to find out. */
import { FULL_CONE, PORT_RESTRICTED } from '../../../lab/profiles.ts';
import { createNat } from '../../../lab/sim/nat/nat.ts';
import { drop, type Middlebox } from '../../../lab/sim/network/middlebox.ts';
import type { BoxAccess } from '../../../lab/sim/site/site.ts';

type BoxContext = Parameters<BoxAccess['createBox']>[0];

/** Endpoint-independent mapping, and an address filter that forgets which socket has sent (DESIGN §7). */
export function createRouterWideFilter(context: BoxContext): Middlebox {
  const nat = createNat({ profile: FULL_CONE, ...context });
  const sentTo = new Set<string>();
  return {
    outbound: (now, packet) => {
      sentTo.add(packet.to.address);
      return nat.outbound(now, packet);
    },
    inbound: (now, packet) => (sentTo.has(packet.from.address) ? nat.inbound(now, packet) : drop('filtered')),
  };
}

/** Port overloading (RFC 4787 §4.2.1): each host has a NAT of its own, and all of them have one public address. */
export function createOverloading(context: BoxContext): Middlebox {
  const boxes = new Map<string, Middlebox>();
  const boxOf = (address: string): Middlebox => {
    const box = boxes.get(address) ?? createNat({ profile: PORT_RESTRICTED, ...context });
    boxes.set(address, box);
    return box;
  };
  return {
    outbound: (now, packet) => boxOf(packet.from.address).outbound(now, packet),
    inbound: (now, packet) =>
      [...boxes.values()].map((box) => box.inbound(now, packet)).find(({ kind }) => kind === 'pass') ??
      drop('no-mapping'),
  };
}

/** Two NATs in one: what is hairpinned goes by the rules of a full cone, and all else by those of a port-restricted one. */
export function createUnfilteredHairpin(context: BoxContext): Middlebox {
  const { addresses } = context;
  const outside = createNat({ profile: PORT_RESTRICTED, ...context });
  const hairpin = createNat({ profile: { ...FULL_CONE, hairpin: true }, ...context });
  return {
    outbound: (now, packet) => {
      const hairpinned = hairpin.outbound(now, packet);
      return addresses.includes(packet.to.address) ? hairpinned : outside.outbound(now, packet);
    },
    inbound: outside.inbound,
  };
}

/** RFC 4787 §6, "Internal source IP address and port": what REQ-9a rules out. */
export function createInsideSourceHairpin(context: BoxContext): Middlebox {
  const nat = createNat({ profile: { ...FULL_CONE, hairpin: true }, ...context });
  return {
    outbound: (now, packet) => {
      const passage = nat.outbound(now, packet);
      if (passage.kind === 'drop' || passage.side === 'outside') return passage;
      return { ...passage, packet: { ...passage.packet, from: packet.from } };
    },
    inbound: nat.inbound,
  };
}
