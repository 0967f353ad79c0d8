/** Brings up one planned site, everything at once: its router, or two in a row, and its clients. */
import type { LabContainer } from '../container/container.ts';
import type { Attachment, ContainerSpec } from '../container/start.ts';
import { allOf } from '../waiting.ts';
import type { RouterPlan, SitePlan } from './plan.ts';
import { clientScript, routerScript, type Uplink } from './setup-script.ts';
import { clientSysctls, routerSysctls } from './sysctls.ts';

export interface StartedSite {
  readonly plan: SitePlan;
  readonly router: LabContainer;
  /** The router between that one and the public network, if the site has two. */
  readonly carrier: LabContainer | null;
  readonly clients: readonly LabContainer[];
}

/** Starts a container of the lab. */
export type Start = (spec: Omit<ContainerSpec, 'image' | 'labels'>) => Promise<LabContainer>;

export interface SiteSurroundings {
  readonly start: Start;
  /** The full name of a network of the lab. */
  readonly network: (name: string) => string;
  readonly onPublic: (address: string) => Attachment;
  /** How the site reaches the rest of the public network. */
  readonly uplink: Uplink;
}

/** The name of the network between a site's router and its carrier's. */
export function carrierNetwork({ name }: Pick<SitePlan, 'name'>): string {
  return `${name}-carrier`;
}

/** @throws Error of the first container that does not start, after every other one has started or failed too. */
export async function startSite(plan: SitePlan, surroundings: SiteSurroundings): Promise<StartedSite> {
  const routers = allOf(routersOf(plan, surroundings).map((spec) => surroundings.start(spec)));
  const clients = allOf(clientsOf(plan, surroundings).map((spec) => surroundings.start(spec)));
  await allOf<unknown>([routers, clients]);
  const [router, carrier = null] = await routers;
  if (router === undefined) throw new Error(`no router for ${plan.name}`);
  return { plan, router, carrier, clients: await clients };
}

type SiteContainer = Parameters<Start>[0];

/** The site's router, and its carrier's if it has one. */
function routersOf(plan: SitePlan, { network, onPublic, uplink }: SiteSurroundings): readonly SiteContainer[] {
  const { name, place, carrier } = plan;
  const onSite = { network: network(name), address: place.lan };
  if (carrier === null) {
    return [routerContainer(plan, { name: `router-${name}`, attachments: [onPublic(place.wan), onSite], uplink })];
  }
  const onCarrier = (address: string): Attachment => ({ network: network(carrierNetwork(plan)), address });
  return [
    routerContainer(plan, {
      name: `router-${name}`,
      attachments: [onCarrier(place.wan), onSite],
      uplink: { kind: 'gateway', address: carrier.place.lan },
    }),
    routerContainer(carrier, {
      name: `carrier-${name}`,
      attachments: [onPublic(carrier.place.wan), onCarrier(carrier.place.lan)],
      uplink,
    }),
  ];
}

interface RouterOptions {
  readonly name: string;
  readonly attachments: readonly [Attachment, Attachment];
  readonly uplink: Uplink;
}

function routerContainer(plan: RouterPlan, { uplink, ...rest }: RouterOptions): SiteContainer {
  const { place, rules } = plan;
  return { ...rest, script: routerScript(place, { rules, uplink }), sysctls: routerSysctls(plan) };
}

function clientsOf({ name, place }: SitePlan, { network }: SiteSurroundings): readonly SiteContainer[] {
  return place.clients.map((client, index) => ({
    name: `client-${name}-${index}`,
    script: clientScript(client, place.lan),
    sysctls: clientSysctls(client.ports),
    attachments: [{ network: network(name), address: client.address }],
  }));
}
