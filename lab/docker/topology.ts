/** Brings a planned lab up, everything at once: networks, then server, routers and clients. */
import type Dockerode from 'dockerode';
import type { AccessProfile } from '../profiles.ts';
import type { PortBlock } from './addressing.ts';
import { type Attachment, type ContainerSpec, type LabContainer, startContainer } from './container.ts';
import { labelsOf } from './labels.ts';
import { createNetwork } from './network.ts';
import type { LabPlan, SitePlan } from './plan.ts';
import { clientScript, routerScript, serverScript } from './setup-script.ts';

export interface Topology {
  readonly server: LabContainer;
  readonly sites: readonly StartedSite[];
}

export interface StartedSite {
  readonly plan: SitePlan;
  readonly router: LabContainer;
  readonly clients: readonly LabContainer[];
}

export interface TopologyOptions {
  /** Names and labels all that is created. */
  readonly id: string;
  readonly image: string;
}

/** @throws Error of the first part that does not come up; what did is for the caller to remove, by its label. */
export async function startTopology(
  docker: Dockerode,
  { server, sites, routes }: LabPlan,
  { id, image }: TopologyOptions,
): Promise<Topology> {
  const labels = labelsOf(id);
  const network = (name: string): string => `natcheck-${id}-${name}`;
  await allOf([
    createNetwork(docker, { name: network('public'), subnet: server.subnet, labels }),
    ...sites.map(({ name, place }) => createNetwork(docker, { name: network(name), subnet: place.subnet, labels })),
  ]);

  const onPublic = (address: string): Attachment => ({ network: network('public'), address });
  const start = (spec: Omit<ContainerSpec, 'image' | 'labels'>): Promise<LabContainer> =>
    startContainer(docker, { ...spec, name: network(spec.name), image, labels });
  const startSite = async (plan: SitePlan): Promise<StartedSite> => {
    const { name, place, access, rules } = plan;
    const onSite = (address: string): Attachment => ({ network: network(name), address });
    const [router, ...clients] = await allOf([
      start({
        name: `router-${name}`,
        script: routerScript(place, { rules, routes }),
        sysctls: routerSysctls(access),
        attachments: [onPublic(place.wan), onSite(place.lan)],
      }),
      ...place.clients.map((client, index) =>
        start({
          name: `client-${name}-${index}`,
          script: clientScript(client, place.lan),
          sysctls: clientSysctls(client.ports),
          attachments: [onSite(client.address)],
        }),
      ),
    ]);
    if (router === undefined) throw new Error(`no router for ${name}`);
    return { plan, router, clients };
  };
  const startServer = start({
    name: 'server',
    script: serverScript(server, routes),
    sysctls: {},
    attachments: [onPublic(server.primary)],
  });
  const startedSites = allOf(sites.map(startSite));
  await allOf<unknown>([startServer, startedSites]);
  return { server: await startServer, sites: await startedSites };
}

/** All results, or the first error, but not before every attempt has ended: nothing is created behind a removal's back. */
async function allOf<T>(attempts: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(attempts);
  return Promise.all(attempts);
}

function routerSysctls(access: AccessProfile): Record<string, string> {
  const forward = { 'net.ipv4.ip_forward': '1' };
  const lifetimeMs =
    access.kind === 'nat' ? access.layers[0].lifetimeMs : access.kind === 'firewall' ? access.lifetimeMs : undefined;
  if (lifetimeMs === undefined) return forward;
  const seconds = `${lifetimeMs / 1000}`;
  return {
    ...forward,
    'net.netfilter.nf_conntrack_udp_timeout': seconds,
    'net.netfilter.nf_conntrack_udp_timeout_stream': seconds,
  };
}

/** Sockets of this client that name no port get one of its own block, which its NAT then has no reason to change. */
function clientSysctls({ first, last }: PortBlock): Record<string, string> {
  return { 'net.ipv4.ip_local_port_range': `${first} ${last}` };
}
