/** Brings up a planned lab, everything at once: networks, then server, routers and clients. */
import type Dockerode from 'dockerode';
import type { LabContainer } from '../container/container.ts';
import { type Attachment, startContainer } from '../container/start.ts';
import { labelsOf } from '../engine/labels.ts';
import { allOf } from '../waiting.ts';
import { createNetwork, type NetworkSpec } from './network.ts';
import type { LabPlan, PublicPlan } from './plan.ts';
import { backboneScript, helperScript, serverScript, type Uplink } from './setup-script.ts';
import {
  carrierNetwork,
  type NewContainer,
  type SiteSurroundings,
  type Start,
  type StartedSite,
  startSite,
  type Uplinks,
} from './site.ts';
import { backboneSysctls, serverSysctls } from './sysctls.ts';

export interface Topology {
  readonly server: LabContainer;
  /** By their names. */
  readonly helpers: ReadonlyMap<string, LabContainer>;
  readonly sites: readonly StartedSite[];
  /** The router between any two members of the public network; null if there is none. */
  readonly backbone: LabContainer | null;
}

export interface TopologyOptions {
  /** Part of every name and label of what is created. */
  readonly id: string;
  readonly image: string;
}

/** @throws AddressesTakenError, or Error of the first part that does not come up; what did come up is for the caller to remove, by its label. */
export async function startTopology(
  docker: Dockerode,
  plan: LabPlan,
  { id, image }: TopologyOptions,
): Promise<Topology> {
  const { sites } = plan;
  const labels = labelsOf(id);
  const network = (name: string): string => fullName(id, name);
  const create = ({ name, subnet }: PlannedNetwork): Promise<void> =>
    createNetwork(docker, { name: network(name), subnet, labels });
  // Of two labs that want the same addresses at once, one gets the first network, and with it all.
  const [first, ...others] = networksOf(plan);
  await create(first);
  await allOf(others.map(create));

  const onPublic = (address: string): Attachment => ({ network: network('public'), address });
  const start: Start = (spec) => startContainer(docker, { ...spec, name: network(spec.name), image, labels });
  const uplinks: Uplinks = { uplink: uplinkOf(plan), uplink6: plan.ipv6 && uplinkOf(plan.ipv6) };
  const startedServer = start(serverContainer(plan, { onPublic, uplinks }));
  const startedBackbone = allOf(backboneContainers(plan, onPublic).map((spec) => start(spec)));
  const startedHelpers = allOf(helperContainers(plan, { onPublic, uplinks }).map((spec) => start(spec)));
  const startedSites = allOf(sites.map((site) => startSite(site, { start, network, onPublic, uplinks })));
  await allOf<unknown>([startedServer, startedHelpers, startedSites, startedBackbone]);
  const helpers = (await startedHelpers).map((one, index) => [plan.helpers[index]?.name ?? '', one] as const);
  const [backbone = null] = await startedBackbone;
  return { server: await startedServer, helpers: new Map(helpers), sites: await startedSites, backbone };
}

/** Of a container or a network: an engine takes no `+` in a name, which those of sites with two families have. */
export function fullName(id: string, name: string): string {
  return `natcheck-${id}-${name.replaceAll('+', '.')}`;
}

function uplinkOf({ backbone, routes }: PublicPlan): Uplink {
  return backbone ? { kind: 'backbone', place: backbone } : { kind: 'link', routes };
}

function serverContainer(
  { server, ipv6 }: LabPlan,
  { onPublic, uplinks }: Pick<SiteSurroundings, 'onPublic' | 'uplinks'>,
): NewContainer {
  const { uplink, uplink6 } = uplinks;
  return {
    name: 'server',
    address6: ipv6?.server.primary ?? null,
    script: serverScript({ place: server, uplink }, ipv6 && uplink6 && { place: ipv6.server, uplink: uplink6 }),
    sysctls: serverSysctls({ hasIpv6: ipv6 !== null }),
    attachments: [onPublic(server.primary)],
  };
}

function helperContainers(
  { helpers }: LabPlan,
  { onPublic, uplinks: { uplink, uplink6 } }: Pick<SiteSurroundings, 'onPublic' | 'uplinks'>,
): readonly NewContainer[] {
  return helpers.map(({ name, address, address6 }) => ({
    name: `helper-${name}`,
    address6,
    script: helperScript({ place: address, uplink }, address6 && uplink6 ? { place: address6, uplink: uplink6 } : null),
    sysctls: serverSysctls({ hasIpv6: address6 !== null }),
    attachments: [onPublic(address)],
  }));
}

/** One, or none. */
function backboneContainers(
  { backbone, routes, ipv6 }: LabPlan,
  onPublic: SiteSurroundings['onPublic'],
): readonly NewContainer[] {
  if (backbone === null) return [];
  const place6 = ipv6?.backbone ?? null;
  return [
    {
      name: 'backbone',
      address6: place6?.address ?? null,
      script: backboneScript({ place: backbone, routes }, ipv6 && place6 && { place: place6, routes: ipv6.routes }),
      sysctls: backboneSysctls({ hasIpv6: place6 !== null }),
      attachments: [onPublic(backbone.address)],
    },
  ];
}

type PlannedNetwork = Pick<NetworkSpec, 'name' | 'subnet'>;

/** The public network, each site's, and those between sites and their carriers. */
function networksOf({ server, sites }: LabPlan): readonly [PlannedNetwork, ...PlannedNetwork[]] {
  return [
    { name: 'public', subnet: server.subnet },
    ...sites.flatMap((site) => [
      { name: site.name, subnet: site.place.subnet },
      ...(site.carrier ? [{ name: carrierNetwork(site), subnet: site.carrier.place.subnet }] : []),
    ]),
  ];
}
