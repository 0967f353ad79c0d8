/** The topology of a planned lab that another process has started: its containers are found by their names. */
import type Dockerode from 'dockerode';
import type { LabContainer } from '../container/container.ts';
import { type Running, runningContainer } from '../container/start.ts';
import { labelsOf, listLab } from '../engine/labels.ts';
import type { LabPlan, SitePlan } from './plan.ts';
import type { StartedSite } from './site.ts';
import { fullName, type Topology } from './topology.ts';

/** @throws Error naming the container that is not there. */
export async function findTopology(docker: Dockerode, plan: LabPlan, id: string): Promise<Topology> {
  const { server, ipv6, helpers, sites, backbone } = plan;
  const ids = new Map((await listLab(docker, id)).flatMap(({ Id, Names }) => Names.map((name) => [name, Id] as const)));
  const find: Find = (name, place) => {
    const full = fullName(id, name);
    const containerId = ids.get(`/${full}`);
    if (containerId === undefined) throw new Error(`there is no container ${full}`);
    return runningContainer(docker, { ...place, id: containerId, name: full, labels: labelsOf(id) });
  };
  return {
    server: find('server', { address: server.primary, address6: ipv6?.server.primary ?? null }),
    helpers: new Map(helpers.map((helper) => [helper.name, find(`helper-${helper.name}`, helper)])),
    sites: sites.map((site) => findSite(site, find)),
    backbone: backbone && find('backbone', { address: backbone.address, address6: ipv6?.backbone?.address ?? null }),
  };
}

type Find = (name: string, place: Pick<Running, 'address' | 'address6'>) => LabContainer;

function findSite(plan: SitePlan, find: Find): StartedSite {
  const { name, place, place6, carrier } = plan;
  return {
    plan,
    router: find(`router-${name}`, { address: place.wan, address6: place6?.wan ?? null }),
    carrier: carrier && find(`carrier-${name}`, { address: carrier.place.wan, address6: carrier.place6?.wan ?? null }),
    clients: place.clients.map(({ address }, index) =>
      find(`client-${name}-${index}`, { address, address6: place6?.clients[index]?.address ?? null }),
    ),
  };
}
