/** What a router learns from the packets that pass it, in nftables' words: maps and sets that forget, and who writes them. */
import type { NatProfile } from '../../profiles.ts';

/** The properties of a map or set whose entries last as long as an idle mapping does. */
export function kept({ lifetimeMs }: Pick<NatProfile, 'lifetimeMs'>): string {
  return `flags dynamic,timeout; timeout ${lifetimeMs / 1000}s; size 65535;`;
}

export function mappingsMap(profile: Pick<NatProfile, 'lifetimeMs'>): string {
  return `map mappings { type inet_service : ipv4_addr . inet_service; ${kept(profile)} }`;
}

/**
 * Rules that note, for a packet whose source has been translated, whose the public port is: the source that connection
 * tracking has for that direction. An answer to somebody who came first is of the reply direction.
 */
export function noteMapping(match: string): readonly string[] {
  return ['original', 'reply'].map(
    (direction) =>
      `${match} ct direction ${direction} update @mappings { udp sport : ct ${direction} ip saddr . ct ${direction} proto-src }`,
  );
}
