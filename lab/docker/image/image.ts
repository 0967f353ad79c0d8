/** The image that every container of the lab runs: made when it is not there yet, found by its tag afterwards. */
import type Dockerode from 'dockerode';
import type { Engine } from '../engine/engine.ts';
import type { Progress } from '../engine/provision.ts';
import { connectDocker } from '../engine/testcontainers.ts';
import { appFiles } from './app-files.ts';
import { build } from './build.ts';
import { baseTag, DEBIAN_IMAGE, hashOf, PACKAGES } from './recipe.ts';
import { ensureRootfs, hasImage } from './rootfs.ts';

export interface ImageOptions {
  readonly progress?: Progress;
  /** The compiled natcheck to put in; default: the package's dist/. */
  readonly dist?: string;
}

/**
 * Makes sure that the engine has the lab's image with this build of natcheck in it.
 * @returns its tag.
 * @throws Error when natcheck is not built, or the image cannot be made, with the reason.
 */
export async function ensureImage(engine: Engine, { progress = () => {}, dist }: ImageOptions = {}): Promise<string> {
  const [base, { files, contents }] = await Promise.all([baseTag(), appFiles(dist)]);
  const isPrivate = engine.kind === 'private';
  const tag = `natcheck-lab:${hashOf([base, ...contents])}`;
  const docker = await connectDocker(engine.host);
  if (await hasImage(docker, tag)) return tag;
  if (!(await hasImage(docker, base))) await buildBase(docker, { base, isPrivate, progress });
  progress(`building ${tag}`);
  await build(docker, { tag, dockerfile: 'app.Dockerfile', args: { BASE: base }, files });
  if (isPrivate) await removeOlder(docker, tag);
  return tag;
}

/** Every change to natcheck makes an image. Only this process uses a private engine, and it needs only the latest. */
async function removeOlder(docker: Dockerode, current: string): Promise<void> {
  const images = await docker.listImages({ filters: JSON.stringify({ reference: ['natcheck-lab'] }) });
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag !== current);
  await Promise.allSettled(tags.map((tag) => docker.getImage(tag).remove()));
}

interface BaseOptions {
  /** Tag of the base image. */
  readonly base: string;
  readonly isPrivate: boolean;
  readonly progress: Progress;
}

async function buildBase(docker: Dockerode, options: BaseOptions): Promise<void> {
  const { base, progress } = options;
  const rootfs = (await pulled(docker, options)) ? DEBIAN_IMAGE : await ensureRootfs(docker, progress);
  progress(`building ${base} on ${rootfs}`);
  await build(docker, {
    tag: base,
    dockerfile: 'base.Dockerfile',
    args: { ROOTFS: rootfs, PACKAGES: PACKAGES.join(' ') },
    files: { node: process.execPath },
  });
}

/** Whether the ordinary Debian image is there, or could be pulled; a private engine reaches no registry. */
async function pulled(docker: Dockerode, { isPrivate, progress }: BaseOptions): Promise<boolean> {
  if (await hasImage(docker, DEBIAN_IMAGE)) return true;
  if (isPrivate) return false;
  progress(`pulling ${DEBIAN_IMAGE}`);
  return pull(docker).then(
    () => true,
    (error: Error) => {
      progress(`no registry: ${error.message}`);
      return false;
    },
  );
}

async function pull(docker: Dockerode): Promise<void> {
  const answer = await docker.pull(DEBIAN_IMAGE);
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(answer, (error) => (error === null ? resolve() : reject(error)));
  });
}
