/** What is on the engine of this run and has lost its owner; other test files have labs there at the same time. */
import { ownerIsDead } from '../../../lab/docker/engine/labels.ts';
import { connectDocker } from '../../../lab/docker/engine/testcontainers.ts';

/** The names of all containers and networks of labs whose processes have ended. */
export async function leftBehind(host: string): Promise<readonly string[]> {
  const docker = await connectDocker(host);
  const filters = JSON.stringify({ label: ['natcheck.lab'] });
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  const all = [
    ...containers.map(({ Names, Labels }) => ({ name: Names.join(), Labels })),
    ...networks.map(({ Name, Labels = {} }) => ({ name: Name, Labels })),
  ];
  const dead = await Promise.all(all.map(({ Labels }) => ownerIsDead(Labels)));
  return all.filter((_, index) => dead[index]).map(({ name }) => name);
}
