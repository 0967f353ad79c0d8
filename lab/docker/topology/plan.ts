/** Plans a lab, as plain data: every site and router that it will have, with all names and addresses. */

import { behindNat } from '../../accesses.ts';
import type { NamedAccess, NatProfile } from '../../profiles.ts';
import { type Addressing, type BackbonePlace, backbonePlace, type ServerPlace, serverPlace } from './addressing.ts';
import { type HelperPlan, planHelpers } from './helper-plan.ts';
import { backbonePlace6, serverPlace6 } from './ipv6-addressing.ts';
import { type Accesses, type OtherRules, planRouters, reachedSubnet6, type SiteRouters } from './router-plan.ts';
import type { Route } from './setup-script.ts';
import { type Spare, spareOf } from './spare.ts';

export interface PlanInput extends OtherRules {
  /** One site for each; the sites of a repeated profile are named `name-2`, `name-3`, … */
  readonly profiles: readonly (NatProfile | NamedAccess)[];
  readonly clientsPerSite: number;
  readonly addressing: Addressing;
  /** Whether there is a router between any two members of the public network, as in the Internet; default: no. */
  readonly backbone?: boolean;
  /** Names of further hosts on the public network, such as `relay`: letters, digits, `-`, `_` and `.`; at most MAX_HELPERS; default: none. */
  readonly helpers?: readonly string[];
}

export interface SitePlan extends SiteRouters, Accesses {
  readonly name: string;
  /** What its outermost router can be renumbered to; null if it cannot. */
  readonly spare: Spare | null;
}

/** What is on the public network, in one family. */
export interface PublicPlan {
  readonly server: ServerPlace;
  readonly backbone: BackbonePlace | null;
  /** The routes that everyone on the public network needs to answer the sites without translation. */
  readonly routes: readonly Route[];
}

export interface LabPlan extends PublicPlan {
  /** The same with IPv6; null if no site has it. */
  readonly ipv6: PublicPlan | null;
  readonly helpers: readonly HelperPlan[];
  readonly sites: readonly SitePlan[];
}

/** @throws Error when a profile cannot be realized. */
export function planLab(input: PlanInput): LabPlan {
  const { addressing, profiles, clientsPerSite: clients } = input;
  const names = siteNames(profiles);
  const sites = profiles.map((profile, index): SitePlan => {
    const name = names[index] ?? profile.name;
    const { access, ipv6 = null } = 'access' in profile ? profile : behindNat(profile);
    const accesses = { access, ipv6 };
    const spare = spareOf(accesses, { addressing, index, sites: profiles.length });
    return { name, ...accesses, spare, ...planRouters(accesses, { ...input, index, clients }) };
  });
  const routes = sites.flatMap((site) => routesOf(site).ipv4);
  const backbone = input.backbone ? backbonePlace(addressing) : null;
  const ipv6 = planIpv6(sites, backbone !== null);
  const helpers = planHelpers(input.helpers ?? [], { addressing, hasIpv6: ipv6 !== null });
  return { server: serverPlace(addressing), backbone, sites, routes, ipv6, helpers };
}

/** The name of each profile's site: its own, or `NAME-2`, `NAME-3`, … where it is repeated. */
export function siteNames(profiles: readonly { readonly name: string }[]): readonly string[] {
  return profiles.map(({ name }, index) => {
    const earlier = profiles.slice(0, index).filter((one) => one.name === name).length;
    return earlier === 0 ? name : `${name}-${earlier + 1}`;
  });
}

function planIpv6(sites: readonly SitePlan[], hasBackbone: boolean): PublicPlan | null {
  if (sites.every(({ ipv6 }) => ipv6 === null)) return null;
  const backbone = hasBackbone ? backbonePlace6() : null;
  return { server: serverPlace6(), backbone, routes: sites.flatMap((site) => routesOf(site).ipv6) };
}

/** To its clients, unless they are translated, and with IPv6 also to what is between its two routers, if it has two. */
export function routesOf(site: SitePlan): { readonly ipv4: readonly Route[]; readonly ipv6: readonly Route[] } {
  const { access, place } = site;
  const ipv4 = access.kind === 'nat' ? [] : [{ subnet: place.subnet, via: place.wan }];
  return { ipv4, ipv6: routes6(site) };
}

function routes6(site: SitePlan): readonly Route[] {
  const { place6, carrier } = site;
  const outer = carrier?.place6 ?? place6;
  if (!outer) return [];
  const subnet = reachedSubnet6(site);
  const inside = subnet === null ? [] : [subnet];
  const between = carrier?.place6 ? [carrier.place6.subnet] : [];
  return [...inside, ...between].map((subnet) => ({ subnet, via: outer.wan }));
}

/** The addresses at which the public side sees a NAT's clients; the first client of a static NAT has the first one. */
export function publicAddressesOf({ place, carrier }: SitePlan): readonly [string, ...string[]] {
  const { wan, pool = [] } = (carrier ?? { place }).place;
  return [wan, ...pool];
}

/** The same of IPv6; null if the site has none. */
export function publicAddress6Of({ place6, carrier, ipv6 }: SitePlan): string | null {
  // A carrier only forwards IPv6.
  return (carrier && ipv6?.kind !== 'nat' ? carrier.place6 : place6)?.wan ?? null;
}
