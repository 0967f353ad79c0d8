/** Plans a lab, as plain data: every site and router that it will have, with all names and addresses. */
import type { AccessProfile, NamedAccess, NatProfile } from '../../profiles.ts';
import { type RouterRules, routerRules } from '../router/rules.ts';
import { behindNat } from './access.ts';
import {
  type Addressing,
  type BackbonePlace,
  backbonePlace,
  carrierPlace,
  poolAddresses,
  type ServerPlace,
  type SitePlace,
  serverPlace,
  sitePlace,
} from './addressing.ts';
import type { Route } from './setup-script.ts';

export interface PlanInput {
  /** One site for each; the sites of a repeated profile are named `name-2`, `name-3`, … */
  readonly profiles: readonly (NatProfile | NamedAccess)[];
  readonly clientsPerSite: number;
  readonly addressing: Addressing;
  /** Whether there is a router between any two members of the public network, as in the Internet; default: no. */
  readonly backbone?: boolean;
  /** Replaces the profile's rules, for a test that wants a NAT to misbehave. */
  readonly rules?: (access: AccessProfile, place: SitePlace) => RouterRules;
}

/** One router: where it is, and what it does. */
export interface RouterPlan {
  readonly place: SitePlace;
  readonly rules: RouterRules;
  /** How long it keeps an idle flow; undefined if it tracks no flows. */
  readonly lifetimeMs: number | undefined;
  readonly inboundFirst: boolean;
}

export interface SitePlan extends RouterPlan {
  readonly name: string;
  readonly access: AccessProfile;
  /** The NAT that the site's router is behind, if any. */
  readonly carrier: RouterPlan | null;
}

export interface LabPlan {
  readonly server: ServerPlace;
  readonly backbone: BackbonePlace | null;
  readonly sites: readonly SitePlan[];
  /** The routes that everyone on the public network needs to answer the sites without translation. */
  readonly routes: readonly Route[];
}

/** @throws Error when a profile cannot be realized. */
export function planLab(input: PlanInput): LabPlan {
  const { addressing, profiles } = input;
  const sites = profiles.map((profile, index): SitePlan => {
    const earlier = profiles.slice(0, index).filter(({ name }) => name === profile.name).length;
    const name = earlier === 0 ? profile.name : `${profile.name}-${earlier + 1}`;
    const { access } = 'access' in profile ? profile : behindNat(profile);
    return { name, access, ...planRouters(access, { input, index }) };
  });
  const routes = sites
    .filter(({ access }) => access.kind !== 'nat')
    .map(({ place: { subnet, wan } }) => ({ subnet, via: wan }));
  const backbone = input.backbone ? backbonePlace(addressing) : null;
  return { server: serverPlace(addressing), backbone, sites, routes };
}

function planRouters(
  access: AccessProfile,
  { input, index }: { readonly input: PlanInput; readonly index: number },
): RouterPlan & Pick<SitePlan, 'carrier'> {
  const { addressing, clientsPerSite: clients, rules = routerRules } = input;
  const planRouter = (own: AccessProfile, place: SitePlace): RouterPlan => ({
    place,
    rules: rules(own, place),
    ...memoryOf(own),
  });
  const place = sitePlace(addressing, { index, clients, routed: access.kind !== 'nat' });
  if (access.kind !== 'nat') return { ...planRouter(access, place), carrier: null };
  const further = (access.layers.at(-1)?.poolSize ?? 1) - 1;
  const pool = further > 0 ? { pool: poolAddresses(addressing, index, further) } : {};
  if (access.layers.length === 1) return { ...planRouter(access, { ...place, ...pool }), carrier: null };
  const [home, carrier, ...others] = access.layers;
  if (!carrier || others.length > 0) throw new Error('the container lab has no more than two NATs in a row');
  const outer = carrierPlace(addressing, index);
  return {
    ...planRouter(behindNat(home).access, { ...place, wan: outer.clients[0].address }),
    carrier: planRouter(behindNat(carrier).access, { ...outer, ...pool }),
  };
}

function memoryOf(access: AccessProfile): Pick<RouterPlan, 'lifetimeMs' | 'inboundFirst'> {
  switch (access.kind) {
    case 'nat': {
      const { lifetimeMs, inboundFirst = false } = access.layers[0];
      return { lifetimeMs, inboundFirst };
    }
    case 'firewall':
      return { lifetimeMs: access.lifetimeMs, inboundFirst: false };
    case 'open':
    case 'udp-blocked':
      return { lifetimeMs: undefined, inboundFirst: false };
  }
}

/** The addresses at which the public side sees a NAT's clients; the first client of a static NAT has the first one. */
export function publicAddressesOf({ place, carrier }: SitePlan): readonly [string, ...string[]] {
  const { wan, pool = [] } = (carrier ?? { place }).place;
  return [wan, ...pool];
}
