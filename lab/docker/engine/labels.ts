/** Labels that say which run a container or network belongs to, and the removal of what no living run owns. */
import { hostname } from 'node:os';
import type Dockerode from 'dockerode';
import { until } from '../waiting.ts';
import { type EngineError, gone } from './gone.ts';
import { startTime } from './process-id.ts';

const LAB = 'natcheck.lab';
const OWNER = 'natcheck.lab.owner';

export type Labels = Record<string, string>;

/** The labels of everything that the lab with this id creates. */
export function labelsOf(lab: string): Labels {
  return { [LAB]: lab, [OWNER]: `${hostname()}/${process.pid}` };
}

/** Removes the guests, the other containers, the networks and the volumes of one lab, running or not. */
export async function removeLab(docker: Dockerode, lab: string): Promise<void> {
  await removeAll(docker, { label: `${LAB}=${lab}`, condemned: async () => true });
}

/** Removes what labs have left behind on an engine that this process alone uses: all of it. */
export async function sweepOwn(docker: Dockerode): Promise<void> {
  await removeAll(docker, { label: LAB, condemned: async () => true });
}

/** Removes what labs have left behind whose processes, on this machine, are dead. */
export async function sweep(docker: Dockerode): Promise<void> {
  await removeAll(docker, { label: LAB, condemned: (labels) => ownerIsDead(labels[OWNER] ?? '') });
}

/** What the engine answers when it will not remove a network that is in use. */
const ACTIVE_ENDPOINTS = 403;
const REMOVAL_TIMEOUT_MS = 30_000;

interface Removal {
  readonly label: string;
  /** Whether what has these labels is to be removed. */
  readonly condemned: (labels: Labels) => Promise<boolean>;
}

async function removeAll(docker: Dockerode, { label, condemned }: Removal): Promise<void> {
  const filters = JSON.stringify({ label: [label] });
  const containers = await docker.listContainers({ all: true, filters });
  const guests = containers.filter(isGuest);
  await Promise.all(
    guests.map(async ({ Id, Labels }) => {
      if (await condemned(Labels)) await removeContainer(docker, Id);
    }),
  );
  // One after the other: an engine that takes several endpoints off a network at once may miscount them (20.10), and then
  // calls the network in use for ever.
  for (const { Id, Labels } of containers) {
    if (!guests.some((guest) => guest.Id === Id) && (await condemned(Labels))) await removeContainer(docker, Id);
  }
  const networks = await docker.listNetworks({ filters });
  await Promise.all(
    networks.map(async ({ Id, Labels }) => {
      if (await condemned(Labels ?? {})) await removeNetwork(docker.getNetwork(Id));
    }),
  );
  const { Volumes } = await docker.listVolumes({ filters });
  for (const { Name, Labels } of Volumes ?? []) {
    if (await condemned(Labels ?? {})) await gone(docker.getVolume(Name).remove());
  }
}

/** One that is in another container's network: it has no endpoint of its own, and goes before that container. */
function isGuest({ HostConfig }: Dockerode.ContainerInfo): boolean {
  return HostConfig.NetworkMode?.startsWith('container:') ?? false;
}

function removeContainer(docker: Dockerode, id: string): Promise<void> {
  return gone(docker.getContainer(id).remove({ force: true, v: true }));
}

/** An engine may call a container removed while its endpoints are not: they are then disconnected, and the removal is tried again. */
async function removeNetwork(network: Dockerode.Network): Promise<void> {
  await until(
    async () => {
      const refused = await gone(network.remove()).catch((error: EngineError) => error);
      if (!refused) return true;
      if (refused.statusCode !== ACTIVE_ENDPOINTS) throw refused;
      const { Containers = {} } = (await network.inspect()) as Dockerode.NetworkInspectInfo;
      const cut = (Container: string): Promise<void> => gone(network.disconnect({ Container, Force: true }));
      await Promise.allSettled(Object.keys(Containers).map(cut));
      return false;
    },
    { what: `removal of network ${network.id}`, timeoutMs: REMOVAL_TIMEOUT_MS },
  );
}

async function ownerIsDead(owner: string): Promise<boolean> {
  const [machine, pid] = owner.split('/');
  return machine === hostname() && (await startTime(Number(pid))) === undefined;
}
