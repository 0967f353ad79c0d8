/** What the public side must see of a site in one family. */
import type { Family } from '../../../src/endpoint.ts';
import { type Asked, askedOf } from '../../mismatches.ts';
import { outsideAddress } from '../topology/ipv6-addressing.ts';
import { publicAddress6Of, publicAddressesOf, type SitePlan } from '../topology/plan.ts';

export interface AskedOfSite {
  /** That of the site, and the family where it has both. */
  readonly name: string;
  /** Null if no UDP may get out. */
  readonly asked: Asked | null;
  /** The public addresses that its first client may have. */
  readonly seenAs: readonly string[];
}

/** Returns null if the site does not have the family. */
export function askedOfSite(plan: SitePlan, family: Family): AskedOfSite | null {
  const access = family === 'IPv4' ? plan.access : plan.ipv6;
  if (access === null) return null;
  const name = plan.ipv6 ? `${plan.name} (${family})` : plan.name;
  const seenAs = access.kind === 'nat' ? translatedTo(plan, family) : clientOf(plan, family);
  return { name, asked: askedOf(name, access), seenAs };
}

function translatedTo(plan: SitePlan, family: Family): readonly string[] {
  if (family === 'IPv4') return publicAddressesOf(plan);
  const { place6 } = plan;
  if (place6?.outside) return place6.clients.slice(0, 1).map(({ address }) => outsideAddress(place6, address));
  const address = publicAddress6Of(plan);
  return address === null ? [] : [address];
}

function clientOf({ place, place6 }: SitePlan, family: Family): readonly string[] {
  const [client] = (family === 'IPv4' ? place : place6)?.clients ?? [];
  return client ? [client.address] : [];
}
