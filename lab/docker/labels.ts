/** Labels that say which run a container or network belongs to, and the removal of what belongs to none any more. */
import { hostname } from 'node:os';
import type Dockerode from 'dockerode';

const LAB = 'natcheck.lab';
const OWNER = 'natcheck.lab.owner';

export type Labels = Record<string, string>;

/** Labels of everything that the lab of that id creates. */
export function labelsOf(lab: string): Labels {
  return { [LAB]: lab, [OWNER]: `${hostname()}/${process.pid}` };
}

/** Removes the containers and then the networks of one lab, running or not. */
export async function removeLab(docker: Dockerode, lab: string): Promise<void> {
  await removeAll(docker, { label: `${LAB}=${lab}`, condemned: () => true });
}

/** Removes what labs of dead processes of this machine have left. */
export async function sweep(docker: Dockerode): Promise<void> {
  await removeAll(docker, { label: LAB, condemned: (labels) => ownerIsDead(labels[OWNER] ?? '') });
}

interface Removal {
  readonly label: string;
  readonly condemned: (labels: Labels) => boolean;
}

async function removeAll(docker: Dockerode, { label, condemned }: Removal): Promise<void> {
  const filters = JSON.stringify({ label: [label] });
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(
    containers
      .filter(({ Labels }) => condemned(Labels))
      .map(({ Id }) => gone(docker.getContainer(Id).remove({ force: true, v: true }))),
  );
  const networks = await docker.listNetworks({ filters });
  await Promise.all(
    networks.filter(({ Labels }) => condemned(Labels ?? {})).map(({ Id }) => gone(docker.getNetwork(Id).remove())),
  );
}

/** Not there (404), or already being removed (409): what was wanted. */
async function gone(removal: Promise<unknown>): Promise<void> {
  await removal.catch((error: { readonly statusCode?: number }) => {
    if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
  });
}

function ownerIsDead(owner: string): boolean {
  const [machine, pid] = owner.split('/');
  if (machine !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
