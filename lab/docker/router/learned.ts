/** What a router learns from the packets that pass it: nftables maps and sets that forget, and the rules that fill them. */
import type { NatProfile } from '../../profiles.ts';

/** The properties of a map or set whose entries last as long as an idle mapping does. */
export function kept({ lifetimeMs }: Pick<NatProfile, 'lifetimeMs'>): string {
  return `flags dynamic,timeout; timeout ${lifetimeMs / 1000}s; size 65535;`;
}

export function mappingsMap(profile: Pick<NatProfile, 'lifetimeMs'>): string {
  return `map mappings { type inet_service : ipv4_addr . inet_service; ${kept(profile)} }`;
}

/**
 * Rules that note, for a packet whose source has been translated, who owns the public port: the source that connection
 * tracking has for the packet's direction. An answer to a host that sent first travels in the reply direction.
 */
export function noteMapping(match: string): readonly string[] {
  return ['original', 'reply'].map(
    (direction) =>
      `${match} ct direction ${direction} update @mappings { udp sport : ct ${direction} ip saddr . ct ${direction} proto-src }`,
  );
}

/**
 * A shell command that empties every map and set that learns. What rules only look up, such as a list of ports, stays, and so
 * does what never forgets by itself: that is counted there, not learned.
 */
export const FORGET_LEARNED = `{ nft -t list maps; nft -t list sets; } | awk '
  $1 == "table" { table = $2 " " $3 }
  $1 == "map" || $1 == "set" { learned = $1 " " table " " $2 }
  $1 == "flags" && /dynamic/ && /timeout/ { print "flush " learned }
' | nft -f -`;
