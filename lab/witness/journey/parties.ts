/** Who is who on the public network of a pair. */
import type { SideOfPair, WatchedRouter } from './journey.ts';

export interface Parties {
  /** The addresses at which the public side sees each side. */
  readonly seenAs: Readonly<Record<SideOfPair, readonly string[]>>;
  /** The routers of each side, from its own one outward. */
  readonly routers: Readonly<Record<SideOfPair, readonly WatchedRouter[]>>;
  /** Names of others by their addresses; several addresses may have one name. */
  readonly names: Readonly<Record<string, string>>;
}

export function sideAt({ seenAs }: Parties, address: string): SideOfPair | null {
  if (seenAs.a.includes(address)) return 'a';
  return seenAs.b.includes(address) ? 'b' : null;
}

export function nameOf(parties: Parties, address: string): string {
  return sideAt(parties, address) ?? parties.names[address] ?? address;
}

export function isOutermost({ routers }: Parties, { side, rank }: WatchedRouter): boolean {
  return rank === routers[side].length - 1;
}
