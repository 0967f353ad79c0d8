/** The contract of every box between two networks: NAT, firewall, UDP block. It decides; the router delivers. */
import type { DropReason, Packet } from './packet.ts';

export interface Middlebox {
  /** A packet from the inside, on its way out. */
  readonly outbound: (now: number, packet: Packet) => Passage;
  /** A packet from the outside to a public address of the box, or of a host behind it. */
  readonly inbound: (now: number, packet: Packet) => Passage;
  /**
   * Forgets all that the box has learnt from packets; a box that learns nothing has none.
   * @param addresses its public addresses from then on, as many as before; default: the same ones.
   */
  readonly reboot?: (addresses?: readonly [string, ...string[]]) => void;
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
