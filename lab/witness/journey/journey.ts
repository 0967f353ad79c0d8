/** The way of one packet through the routers of a pair, from what each of them has seen of it. */
import type { Packet } from '../capture/packet.ts';

export type SideOfPair = 'a' | 'b';

/** A router that watches, and its two links. */
export interface WatchedRouter {
  readonly side: SideOfPair;
  /** Such as `a's router`. */
  readonly name: string;
  /** From the side's own one, 0, outward. */
  readonly rank: number;
  /** The numbers of its interfaces. */
  readonly wan: number;
  readonly lan: number;
  /** Its own addresses toward its clients. */
  readonly lanAddresses: readonly string[];
}

/** A packet, where it was seen. */
export interface Sighting {
  readonly router: WatchedRouter;
  readonly link: 'wan' | 'lan';
  readonly packet: Packet;
}

/** In the order in which it came by. */
export type Journey = readonly [Sighting, ...Sighting[]];

export function firstOf(journey: Journey): Sighting {
  return journey[0];
}

export function lastOf(journey: Journey): Sighting {
  return journey.at(-1) ?? journey[0];
}

/** Whether it has left the side's own router toward its clients. */
export function hasReached(journey: Journey, side: SideOfPair): boolean {
  const { router, link, packet } = lastOf(journey);
  return router.side === side && router.rank === 0 && link === 'lan' && packet.direction === 'out';
}

/** The side of whose clients it was; null if it came from elsewhere. */
export function senderOf(journey: Journey): SideOfPair | null {
  const { router, link, packet } = firstOf(journey);
  return router.rank === 0 && link === 'lan' && packet.direction === 'in' ? router.side : null;
}
