/** Brings one planned site up, everything at once: its router, or two in a row, and its clients. */

import type { LabContainer } from '../container/container.ts';
import type { Attachment, ContainerSpec } from '../container/start.ts';
import { allOf } from '../waiting.ts';
import type { RouterPlan, SitePlan } from './plan.ts';
import { clientScript, routerScript, type Uplink } from './setup-script.ts';
import { clientSysctls, routerSysctls } from './sysctls.ts';

export interface StartedSite {
  readonly plan: SitePlan;
  readonly router: LabContainer;
  /** The router before that one, if the site has two. */
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
  /** Of the public network. */
  readonly uplink: Uplink;
}

/** The name of the network between a site's router and its carrier's. */
export function carrierNetwork({ name }: Pick<SitePlan, 'name'>): string {
  return `${name}-carrier`;
}

export async function startSite(plan: SitePlan, surroundings: SiteSurroundings): Promise<StartedSite> {
  const { start, network, onPublic, uplink } = surroundings;
  const { name, place, carrier } = plan;
  const onSite = (address: string): Attachment => ({ network: network(name), address });
  const onCarrier = (address: string): Attachment => ({ network: network(carrierNetwork(plan)), address });
  const startRouter = (own: string, options: RouterOptions): Promise<LabContainer> => {
    const { plan: router, attachments, uplink } = options;
    const script = routerScript(router.place, { rules: router.rules, uplink });
    return start({ name: own, script, sysctls: routerSysctls(router), attachments });
  };
  const startRouters = allOf(
    carrier
      ? [
          startRouter(`router-${name}`, {
            plan,
            attachments: [onCarrier(place.wan), onSite(place.lan)],
            uplink: { kind: 'gateway', address: carrier.place.lan },
          }),
          startRouter(`carrier-${name}`, {
            plan: carrier,
            attachments: [onPublic(carrier.place.wan), onCarrier(carrier.place.lan)],
            uplink,
          }),
        ]
      : [startRouter(`router-${name}`, { plan, attachments: [onPublic(place.wan), onSite(place.lan)], uplink })],
  );
  const startClients = allOf(
    place.clients.map((client, index) =>
      start({
        name: `client-${name}-${index}`,
        script: clientScript(client, place.lan),
        sysctls: clientSysctls(client.ports),
        attachments: [onSite(client.address)],
      }),
    ),
  );
  await allOf<unknown>([startRouters, startClients]);
  const [router, outer = null] = await startRouters;
  if (router === undefined) throw new Error(`no router for ${name}`);
  return { plan, router, carrier: outer, clients: await startClients };
}

interface RouterOptions {
  readonly plan: RouterPlan;
  readonly attachments: readonly [Attachment, Attachment];
  readonly uplink: Uplink;
}
