/** Labels that say which run a container or network belongs to, and the removal of what no living run owns. */
import { hostname } from 'node:os';
import type Dockerode from 'dockerode';
import { until } from '../waiting.ts';
import { type EngineError, gone } from './answer/gone.ts';
import { startTime } from './process-id.ts';

const LAB = 'natcheck.lab';
const OWNER = 'natcheck.lab.owner';

export type Labels = Record<string, string>;

/** The labels of everything that the lab with this id creates. */
export function labelsOf(lab: string): Labels {
  return { [LAB]: lab, [OWNER]: `${hostname()}/${process.pid}` };
}

/** All containers of one lab. */
export function listLab(docker: Dockerode, lab: string): Promise<readonly Dockerode.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: JSON.stringify({ label: [`${LAB}=${lab}`] }) });
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
  await removeAll(docker, { label: LAB, condemned: (labels) => ownerIsDead(labels) });
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
  const remove = async ({ Id, Labels }: Dockerode.ContainerInfo): Promise<void> => {
    if (await condemned(Labels)) await removeContainer(docker, Id);
  };
  await Promise.all(containers.filter(isGuest).map((guest) => remove(guest)));
  const others = containers.filter((container) => !isGuest(container));
  // One after the other on each network: an engine that takes several endpoints off one at once may miscount them (20.10),
  // and then calls the network in use for ever.
  const [onOne, onSeveral] = byNetwork(others);
  await Promise.all(onOne.map((group) => inSequence(group, remove)));
  await inSequence(onSeveral, remove);
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

/** Whether there is anything of a lab whose process may be alive. */
export async function hasLivingLab(docker: Dockerode): Promise<boolean> {
  const filters = JSON.stringify({ label: [LAB] });
  const networks = await docker.listNetworks({ filters });
  const dead = await Promise.all(networks.map(({ Labels }) => ownerIsDead(Labels ?? {})));
  return dead.includes(false);
}

type Containers = readonly Dockerode.ContainerInfo[];

/** Returns those that are on one network each, by that network, and those that are on several. */
function byNetwork(containers: Containers): readonly [readonly Containers[], Containers] {
  const networksOf = ({ NetworkSettings }: Dockerode.ContainerInfo): readonly string[] =>
    Object.keys(NetworkSettings?.Networks ?? {});
  const onOne = Map.groupBy(
    containers.filter((one) => networksOf(one).length <= 1),
    (one) => networksOf(one)[0],
  );
  return [[...onOne.values()], containers.filter((one) => networksOf(one).length > 1)];
}

async function inSequence<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await work(item);
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

/** Whether what has these labels belongs to a process of this machine that has ended. */
export async function ownerIsDead(labels: Labels): Promise<boolean> {
  const [machine, pid] = (labels[OWNER] ?? '').split('/');
  return machine === hostname() && (await startTime(Number(pid))) === undefined;
}
