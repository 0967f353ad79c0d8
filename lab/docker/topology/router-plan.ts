/** Plans the routers of a site: where each is, what it does, and what it remembers, in both families. */

import { behindNat } from '../../accesses.ts';
import type { AccessProfile, Ipv6Access } from '../../profiles.ts';
import { ipv6Rules } from '../router/ipv6-rules.ts';
import { type RouterRules, routerRules } from '../router/rules.ts';
import { type Addressing, carrierPlace, poolAddresses, type SitePlace, sitePlace } from './addressing.ts';
import { carrierPlace6, sitePlace6 } from './ipv6-addressing.ts';

/** One router: where it is, and what it does. */
export interface RouterPlan {
  readonly place: SitePlace;
  /** The same with IPv6 addresses; null if the site has no IPv6. */
  readonly place6: SitePlace | null;
  /** For both families. */
  readonly rules: RouterRules;
  /** How long it keeps an idle flow; undefined if it tracks no flows. */
  readonly lifetimeMs: number | undefined;
  readonly inboundFirst: boolean;
  /** Whether its clients have IPv6 alone, and it translates. */
  readonly isNat64: boolean;
}

/** What is done with each family. */
export interface Accesses {
  readonly access: AccessProfile;
  /** Null if there is no IPv6. */
  readonly ipv6: Ipv6Access | null;
}

/** Rules that take the place of those that belong to an access. */
export interface OtherRules {
  /** For a test that wants a NAT to misbehave. */
  readonly rules?: (access: AccessProfile, place: SitePlace) => RouterRules;
  /** The same for IPv6: one nftables table. */
  readonly ipv6Rules?: (access: Ipv6Access, place: SitePlace) => string;
}

export interface SiteInput extends OtherRules {
  readonly addressing: Addressing;
  /** The number of the site, from 0. */
  readonly index: number;
  readonly clients: number;
}

export interface SiteRouters extends RouterPlan {
  /** The router that the site's router is behind, if any: its NAT, which only forwards IPv6. */
  readonly carrier: RouterPlan | null;
}

/** Whether each host has a public address to itself that stands for its own. */
function translatesPrefix(ipv6: Ipv6Access): boolean {
  return ipv6.kind === 'nat' && ipv6.layers[0].translation === 'static';
}

/** The subnet under which the public side reaches the clients of a site with IPv6; null where their router stands for them. */
export function reachedSubnet6({ ipv6, place6 }: Pick<SiteRouters & Accesses, 'ipv6' | 'place6'>): string | null {
  if (!place6) return null;
  return place6.outside ?? (ipv6?.kind === 'nat' ? null : place6.subnet);
}

/** @throws Error when the accesses cannot be realized. */
export function planRouters({ access, ipv6 }: Accesses, input: SiteInput): SiteRouters {
  const { addressing, index, clients } = input;
  const place = sitePlace(addressing, { index, clients, routed: access.kind !== 'nat' });
  const place6 =
    ipv6 && sitePlace6({ index, clients, isLocal: ipv6.kind === 'nat', hasPrefix: translatesPrefix(ipv6) });
  if (access.kind !== 'nat') return { ...planRouter({ access, ipv6 }, { place, place6 }, input), carrier: null };
  const further = (access.layers.at(-1)?.poolSize ?? 1) - 1;
  const pool = further > 0 ? { pool: poolAddresses(addressing, index, further) } : {};
  const [home, carrier, ...others] = access.layers;
  if (!carrier) {
    return { ...planRouter({ access, ipv6 }, { place: { ...place, ...pool }, place6 }, input), carrier: null };
  }
  if (others.length > 0) throw new Error('the container lab has no more than two NATs in a row');
  const outer = carrierPlace(addressing, index);
  const outer6 = place6 && carrierPlace6(index);
  return {
    ...planRouter(
      { access: behindNat(home).access, ipv6 },
      {
        place: { ...place, wan: outer.clients[0].address },
        place6: place6 && outer6 && { ...place6, wan: outer6.clients[0].address },
      },
      input,
    ),
    carrier: planRouter(
      { access: behindNat(carrier).access, ipv6: ipv6 && { kind: 'open' } },
      { place: { ...outer, ...pool }, place6: outer6 },
      input,
    ),
  };
}

/** Returns the rules, and with them a table for IPv6. */
export function withIpv6({ iptables, nft }: RouterRules, table: string): RouterRules {
  return { iptables, nft: `${nft}${table}` };
}

function planRouter(
  accesses: Accesses,
  { place, place6 }: Pick<RouterPlan, 'place' | 'place6'>,
  { rules = routerRules, ipv6Rules: rules6 = ipv6Rules }: OtherRules,
): RouterPlan {
  const { access, ipv6 } = accesses;
  const ipv4 = rules(access, place);
  return {
    place,
    place6,
    rules: ipv6 && place6 ? withIpv6(ipv4, rules6(ipv6, place6)) : ipv4,
    isNat64: ipv6?.kind === 'dropped' && ipv6.nat64 === true,
    ...memoryOf(accesses),
  };
}

/** Linux keeps the flows of both families equally long. @throws Error when they are to be kept differently. */
function memoryOf({ access, ipv6 }: Accesses): Pick<RouterPlan, 'lifetimeMs' | 'inboundFirst'> {
  const lifetimes = [lifetimeOf(access), ipv6 && ipv6.kind !== 'dropped' ? lifetimeOf(ipv6) : undefined];
  const [lifetimeMs, ...others] = new Set(lifetimes.filter((one) => one !== undefined));
  if (others.length > 0) {
    throw new Error(
      `the container lab has one lifetime for both families, not ${[lifetimeMs, ...others].join(' and ')} ms`,
    );
  }
  return { lifetimeMs, inboundFirst: access.kind === 'nat' && (access.layers[0].inboundFirst ?? false) };
}

function lifetimeOf(access: AccessProfile): number | undefined {
  switch (access.kind) {
    case 'nat':
      return access.layers[0].lifetimeMs;
    case 'firewall':
      return access.lifetimeMs;
    case 'open':
    case 'udp-blocked':
      return undefined;
  }
}
