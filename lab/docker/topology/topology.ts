/** Brings up a planned lab, everything at once: networks, then server, routers and clients. */
import type Dockerode from 'dockerode';
import type { LabContainer } from '../container/container.ts';
import { type Attachment, startContainer } from '../container/start.ts';
import { labelsOf } from '../engine/labels.ts';
import { allOf } from '../waiting.ts';
import type { BackbonePlace } from './addressing.ts';
import { createNetwork, type NetworkSpec } from './network.ts';
import type { LabPlan } from './plan.ts';
import { backboneScript, serverScript, type Uplink } from './setup-script.ts';
import { carrierNetwork, type Start, type StartedSite, startSite } from './site.ts';
import { BACKBONE_SYSCTLS } from './sysctls.ts';

export interface Topology {
  readonly server: LabContainer;
  readonly sites: readonly StartedSite[];
}

export interface TopologyOptions {
  /** Part of every name and label of what is created. */
  readonly id: string;
  readonly image: string;
}

/** @throws Error of the first part that does not come up; what did come up is for the caller to remove, by its label. */
export async function startTopology(
  docker: Dockerode,
  plan: LabPlan,
  { id, image }: TopologyOptions,
): Promise<Topology> {
  const { server, backbone, sites, routes } = plan;
  const labels = labelsOf(id);
  const network = (name: string): string => `natcheck-${id}-${name}`;
  const networks = networksOf(plan);
  await allOf(networks.map(({ name, subnet }) => createNetwork(docker, { name: network(name), subnet, labels })));

  const onPublic = (address: string): Attachment => ({ network: network('public'), address });
  const start: Start = (spec) => startContainer(docker, { ...spec, name: network(spec.name), image, labels });
  const uplink: Uplink = backbone ? { kind: 'backbone', place: backbone } : { kind: 'link', routes };
  const startServer = start({
    name: 'server',
    script: serverScript(server, uplink),
    sysctls: {},
    attachments: [onPublic(server.primary)],
  });
  const startBackbone = (place: BackbonePlace): Promise<LabContainer> =>
    start({
      name: 'backbone',
      script: backboneScript(place, routes),
      sysctls: BACKBONE_SYSCTLS,
      attachments: [onPublic(place.address)],
    });
  const startedSites = allOf(sites.map((site) => startSite(site, { start, network, onPublic, uplink })));
  await allOf<unknown>([startServer, startedSites, ...(backbone ? [startBackbone(backbone)] : [])]);
  return { server: await startServer, sites: await startedSites };
}

/** The public network, each site's, and those between sites and their carriers. */
function networksOf({ server, sites }: LabPlan): readonly Pick<NetworkSpec, 'name' | 'subnet'>[] {
  return [
    { name: 'public', subnet: server.subnet },
    ...sites.flatMap((site) => [
      { name: site.name, subnet: site.place.subnet },
      ...(site.carrier ? [{ name: carrierNetwork(site), subnet: site.carrier.place.subnet }] : []),
    ]),
  ];
}
