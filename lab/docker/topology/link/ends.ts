/** Where a site's link is: between its outermost router and the backbone. */
import type { LabContainer } from '../../container/container.ts';
import { publicAddressesOf, routesOf, type SitePlan } from '../plan.ts';
import type { StartedSite } from '../site.ts';

export interface LinkEnds {
  /** The number of the site, from 0. */
  readonly index: number;
  /** The outermost router of the site. */
  readonly router: LabContainer;
  readonly place: LinkPlace;
}

export interface LinkPlace {
  /** The router's addresses on the public network, one for each family that there is. */
  readonly routers: readonly [string, ...string[]];
  /** All addresses and subnets that are beyond the link, by family. */
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export function linkEnds({ plan, router, carrier }: StartedSite, index: number): LinkEnds {
  return { index, router: carrier ?? router, place: linkPlace(plan) };
}

export function linkPlace(plan: SitePlan): LinkPlace {
  const { place6 } = plan.carrier ?? plan;
  const { ipv4, ipv6 } = routesOf(plan);
  const [wan, ...further] = publicAddressesOf(plan);
  const spare = plan.spare === null ? [] : [plan.spare.address];
  const wan6 = place6 === null ? [] : [place6.wan];
  const spare6 = plan.spare?.address6 ?? null;
  return {
    routers: [wan, ...wan6],
    ipv4: [wan, ...further, ...spare, ...ipv4.map(({ subnet }) => subnet)],
    ipv6: [...wan6, ...(spare6 === null ? [] : [spare6]), ...ipv6.map(({ subnet }) => subnet)],
  };
}
