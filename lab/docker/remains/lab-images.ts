/** The images of the lab on an engine: what makes the next lab start at once, and what can be removed. */
import type Dockerode from 'dockerode';
import { type SizedImage, sizeTogether } from './image-sizes.ts';

/** Every image of the lab is in one of these. */
const REPOSITORIES = [
  'natcheck-lab',
  'natcheck-lab-base',
  'natcheck-lab-rootfs',
  'natcheck-lab-files',
  'natcheck-lab-build',
];

export interface Amount {
  readonly count: number;
  readonly bytes: number;
}

/** @throws Error when the engine does not answer. */
export async function labImages(docker: Dockerode): Promise<Amount> {
  const images = await listed(docker);
  return { count: images.length, bytes: await sizeOf(docker, images) };
}

/**
 * Removes them all, but those that containers use.
 * @returns what is gone.
 */
export async function removeLabImages(docker: Dockerode): Promise<Amount> {
  const before = await labImages(docker);
  const images = await listed(docker);
  // Those that were made on others go first.
  for (const { RepoTags } of images.toSorted((one, other) => other.Size - one.Size)) {
    for (const tag of RepoTags ?? []) await docker.getImage(tag).remove().catch(ignoreInUse);
  }
  const after = await labImages(docker);
  return { count: before.count - after.count, bytes: before.bytes - after.bytes };
}

function listed(docker: Dockerode): Promise<Dockerode.ImageInfo[]> {
  return docker.listImages({ filters: JSON.stringify({ reference: REPOSITORIES }) });
}

async function sizeOf(docker: Dockerode, images: readonly Dockerode.ImageInfo[]): Promise<number> {
  const sized = images.map(async ({ Id }): Promise<SizedImage> => {
    const { Size, RootFS } = await docker.getImage(Id).inspect();
    return { id: Id, size: Size, layers: RootFS.Layers ?? [] };
  });
  return sizeTogether(await Promise.all(sized));
}

/** An engine answers 409 for an image that a container uses, and 404 for one that is gone by now. */
function ignoreInUse(error: Error & { readonly statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}
