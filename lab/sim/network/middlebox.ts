/** The contract of every box between two networks: NAT, firewall, UDP block. It decides; the router delivers. */
import type { DropReason, Packet } from './packet.ts';

export interface Middlebox {
  /** A packet from the inside, on its way out. */
  readonly outbound: (now: number, packet: Packet) => Passage;
  /** A packet from the outside to one of the box's, or of its inside's, public addresses. */
  readonly inbound: (now: number, packet: Packet) => Passage;
}

/** To which side the packet leaves, possibly translated; or why it is dropped, silently (DESIGN §7). */
export type Passage =
  | { readonly kind: 'pass'; readonly side: 'outside' | 'inside'; readonly packet: Packet }
  | { readonly kind: 'drop'; readonly why: DropReason };

export function pass(side: 'outside' | 'inside', packet: Packet): Passage {
  return { kind: 'pass', side, packet };
}

export function drop(why: DropReason): Passage {
  return { kind: 'drop', why };
}
