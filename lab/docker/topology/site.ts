/** Brings up one planned site, everything at once: its router, or two in a row, and its clients. */
import type { LabContainer } from '../container/container.ts';
import type { Attachment, ContainerSpec } from '../container/start.ts';
import { allOf } from '../waiting.ts';
import type { SitePlan } from './plan.ts';
import { type RouterPlan, reachedSubnet6 } from './router-plan.ts';
import { clientScript, type Route, routerScript, type Uplink } from './setup-script.ts';
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
  readonly uplinks: Uplinks;
}

/** One for each family. */
export interface Uplinks {
  readonly uplink: Uplink;
  /** Null if the lab has no IPv6. */
  readonly uplink6: Uplink | null;
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

export type NewContainer = Parameters<Start>[0];

/** The site's router, and its carrier's if it has one. */
function routersOf(plan: SitePlan, { network, onPublic, uplinks }: SiteSurroundings): readonly NewContainer[] {
  const { name, place, carrier } = plan;
  const onSite = { network: network(name), address: place.lan };
  if (carrier === null) {
    return [routerContainer(plan, { name: `router-${name}`, attachments: [onPublic(place.wan), onSite], ...uplinks })];
  }
  const onCarrier = (address: string): Attachment => ({ network: network(carrierNetwork(plan)), address });
  return [
    routerContainer(plan, {
      name: `router-${name}`,
      attachments: [onCarrier(place.wan), onSite],
      uplink: { kind: 'gateway', address: carrier.place.lan },
      uplink6: carrier.place6 && { kind: 'gateway', address: carrier.place6.lan },
    }),
    routerContainer(carrier, {
      name: `carrier-${name}`,
      attachments: [onPublic(carrier.place.wan), onCarrier(carrier.place.lan)],
      ...uplinks,
      inward: beyond(plan),
    }),
  ];
}

/** How a carrier's router reaches the clients behind the site's router, if that does not stand for them with IPv6. */
function beyond(plan: SitePlan): readonly Route[] {
  const subnet = reachedSubnet6(plan);
  return plan.place6 && subnet !== null ? [{ subnet, via: plan.place6.wan }] : [];
}

interface RouterOptions extends Uplinks {
  readonly name: string;
  readonly attachments: readonly [Attachment, Attachment];
  readonly inward?: readonly Route[];
}

function routerContainer(plan: RouterPlan, options: RouterOptions): NewContainer {
  const { place, place6, rules, isNat64 } = plan;
  const { name, attachments, uplink, uplink6, inward = [] } = options;
  const ipv6 = place6 && uplink6 && { place: place6, uplink: uplink6, inward };
  const script = routerScript(place, { rules, uplink, ipv6, isNat64 });
  return { name, address6: place6?.wan ?? null, attachments, script, sysctls: routerSysctls(plan) };
}

function clientsOf({ name, place, place6, isNat64 }: SitePlan, { network }: SiteSurroundings): readonly NewContainer[] {
  return place.clients.map((client, index) => {
    const client6 = place6?.clients[index];
    const ipv6 = place6 && client6 ? { place: client6, router: place6.lan, isNat64 } : null;
    return {
      name: `client-${name}-${index}`,
      address6: client6?.address ?? null,
      script: clientScript({ place: client, router: place.lan }, ipv6),
      sysctls: clientSysctls(client.ports, { hasIpv6: ipv6 !== null, isNat64 }),
      attachments: [{ network: network(name), address: client.address }],
    };
  });
}
