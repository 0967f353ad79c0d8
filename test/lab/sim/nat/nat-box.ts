/** One NAT box of the simulated lab by itself, and the endpoints around it. */
import type { NatProfile } from '../../../../lab/profiles.ts';
import { createNat } from '../../../../lab/sim/nat/nat.ts';
import type { Passage } from '../../../../lab/sim/network/middlebox.ts';
import type { UdpPacket } from '../../../../lab/sim/network/packet.ts';
import { createRandom } from '../../../../lab/sim/network/random.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';

export const PUBLIC = '198.51.100.1';
export const HOST: Endpoint = { address: '192.168.1.10', port: 40_000 };
export const OTHER_HOST: Endpoint = { address: '192.168.1.11', port: 40_000 };
export const A1: Endpoint = { address: '203.0.113.10', port: 3478 };
export const A2: Endpoint = { address: '203.0.113.10', port: 3479 };
export const B1: Endpoint = { address: '203.0.113.11', port: 3478 };

/** A port of the NAT's first public address. */
export const at = (port: number): Endpoint => ({ address: PUBLIC, port });

export const packet = (from: Endpoint, to: Endpoint): UdpPacket => ({
  protocol: 'udp',
  from,
  to,
  bytes: Uint8Array.of(7),
});

/** What a packet that left outside, or came inside, looks like. */
export const outside = (from: Endpoint, to: Endpoint): Passage => ({
  kind: 'pass',
  side: 'outside',
  packet: packet(from, to),
});
export const inside = (from: Endpoint, to: Endpoint): Passage => ({
  kind: 'pass',
  side: 'inside',
  packet: packet(from, to),
});

/** A NAT to which packets are given by hand, at any time. */
export function natOf(profile: NatProfile, addresses: readonly [string, ...string[]] = [PUBLIC]) {
  const insideAddresses = [HOST.address, OTHER_HOST.address];
  const nat = createNat({ profile, addresses, insideAddresses, random: createRandom(1) });
  const send = (now: number, from: Endpoint, to: Endpoint): Passage => nat.outbound(now, packet(from, to));
  /** The public endpoint that a packet leaves from. */
  const sourceOf = (now: number, from: Endpoint, to: Endpoint): Endpoint => {
    const passage = send(now, from, to);
    if (passage.kind === 'drop') throw new Error(passage.why);
    return passage.packet.from;
  };
  const receive = (now: number, from: Endpoint, to: Endpoint): Passage => nat.inbound(now, packet(from, to));
  return { send, sourceOf, receive, reboot: () => nat.reboot?.() };
}
