/**
 * A static NAT (RFC 2663 §4.1.1): one public address for each inside address, both ways and from the start. It touches no
 * port and makes no mapping; what it does not let in a firewall behind it stops.
 */
import type { NatProfile } from '../../profiles.ts';
import { drop, type Middlebox, type Passage, pass } from '../network/middlebox.ts';
import type { Packet } from '../network/packet.ts';
import { createFirewall } from './firewall.ts';

export interface StaticNatOptions {
  readonly profile: NatProfile;
  readonly addresses: readonly string[];
  /** Each has the public address at the same place of `addresses`. */
  readonly insideAddresses: readonly string[];
}

export function createStaticNat({ profile, insideAddresses, ...options }: StaticNatOptions): Middlebox {
  let addresses: readonly string[] = options.addresses;
  // Endpoint-independent filtering lets in whoever sends, to a socket that has sent to nobody as well.
  const firewall = profile.filtering === 'endpoint-independent' ? null : createFirewall(profile);

  const inbound = (now: number, packet: Packet): Passage => {
    const address = insideAddresses[addresses.indexOf(packet.to.address)];
    if (address === undefined) return drop('no-mapping');
    const translated = { ...packet, to: { ...packet.to, address } };
    return firewall ? firewall.inbound(now, translated) : pass('inside', translated);
  };

  return {
    inbound,
    outbound: (now, packet) => {
      const toItself = addresses.includes(packet.to.address);
      if (toItself && !profile.hairpin) return drop('no-hairpin');
      const address = addresses[insideAddresses.indexOf(packet.from.address)];
      if (address === undefined) return drop('no-mapping');
      firewall?.outbound(now, packet);
      const translated = { ...packet, from: { ...packet.from, address } };
      return toItself ? inbound(now, translated) : pass('outside', translated);
    },
    reboot: (others) => {
      addresses = others ?? addresses;
      firewall?.reboot?.();
    },
  };
}
