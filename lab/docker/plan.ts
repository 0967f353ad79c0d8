/** From what a lab is asked to be to who is in it, with every name and address settled: data only. */
import type { AccessProfile, NatProfile } from '../profiles.ts';
import { behindNat, type NamedAccess } from './access.ts';
import { type Addressing, type ServerPlace, type SitePlace, serverPlace, sitePlace } from './addressing.ts';
import { type RouterRules, routerRules } from './rules.ts';
import type { Route } from './setup-script.ts';

export interface PlanInput {
  /** One site each; a profile that comes again is named `name-2`, `name-3`, … */
  readonly profiles: readonly (NatProfile | NamedAccess)[];
  readonly clientsPerSite: number;
  readonly addressing: Addressing;
  /** Other rules than the profile's own, for a test that wants a NAT to misbehave. */
  readonly rules?: (access: AccessProfile, place: SitePlace) => RouterRules;
}

export interface SitePlan {
  readonly name: string;
  readonly access: AccessProfile;
  readonly place: SitePlace;
  readonly rules: RouterRules;
}

export interface LabPlan {
  readonly server: ServerPlace;
  readonly sites: readonly SitePlan[];
  /** What everyone on the public network must know to answer the sites without translation. */
  readonly routes: readonly Route[];
}

/** @throws Error when a profile cannot be realized. */
export function planLab(input: PlanInput): LabPlan {
  const rules = input.rules ?? ((access, place) => routerRules(access, place));
  const sites = input.profiles.map((profile, index): SitePlan => {
    const { access } = 'access' in profile ? profile : behindNat(profile);
    const routed = access.kind !== 'nat';
    const place = sitePlace(input.addressing, { index, clients: input.clientsPerSite, routed });
    const earlier = input.profiles.slice(0, index).filter(({ name }) => name === profile.name).length;
    const name = earlier === 0 ? profile.name : `${profile.name}-${earlier + 1}`;
    return { name, access, place, rules: rules(access, place) };
  });
  const routes = sites
    .filter(({ access }) => access.kind !== 'nat')
    .map(({ place: { subnet, wan } }) => ({ subnet, via: wan }));
  return { server: serverPlace(input.addressing), sites, routes };
}
