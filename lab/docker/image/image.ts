/** The image that every container of the lab runs: made when it is not there yet, found by its tag afterwards. */
import type Dockerode from 'dockerode';
import type { Engine } from '../engine/engine.ts';
import type { Progress } from '../engine/provision.ts';
import { connectDocker } from '../engine/testcontainers.ts';
import { appFiles } from './app-files.ts';
import { build } from './build.ts';
import { withFiles } from './files-layer.ts';
import { allPackages, explainPackages } from './packages.ts';
import { hasImage, pull } from './pull.ts';
import { baseTag, DEBIAN_IMAGE, hashOf } from './recipe.ts';
import { ensureRootfs } from './rootfs.ts';

export interface ImageOptions {
  readonly progress?: Progress;
  /** The compiled natcheck to put in; default: the package's dist/. */
  readonly dist?: string;
  /** Names of further Debian packages, which the image has installed; default: none. */
  readonly packages?: readonly string[];
  /** Full path in the container to path on this machine, file or folder; default: none. */
  readonly files?: Readonly<Record<string, string>>;
  /** Ends what makes the image; default: nothing does. */
  readonly signal?: AbortSignal;
}

/**
 * Makes sure that the engine has the lab's image with this build of natcheck in it.
 * @returns its tag.
 * @throws UsageError for a package or file that there is not; Error when natcheck is not built, or the image cannot be made,
 * with the reason; the signal's reason.
 */
export function ensureImage(engine: Pick<Engine, 'host' | 'kind'>, options: ImageOptions = {}): Promise<string> {
  const { progress = () => {}, packages = [], files = {}, signal } = options;
  return inTurn(async () => {
    signal?.throwIfAborted();
    const docker = await connectDocker(engine.host);
    const image = await ensureLabImage(docker, { ...options, engine, progress, packages: allPackages(packages) });
    return withFiles(docker, image, { files, progress, signal });
  });
}

/** One image at a time: two would make the same base twice. */
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work);
  last = done.catch(() => {});
  return done;
}

interface LabImageOptions extends Pick<ImageOptions, 'dist' | 'signal'> {
  readonly engine: Pick<Engine, 'host' | 'kind'>;
  readonly progress: Progress;
  readonly packages: readonly string[];
}

/** Tags that this process has given out, and may use. */
const inUse = new Set<string>();

async function ensureLabImage(
  docker: Dockerode,
  { engine, dist, packages, progress, signal }: LabImageOptions,
): Promise<string> {
  const [base, { files, contents }] = await Promise.all([baseTag(packages), appFiles(dist)]);
  const isPrivate = engine.kind === 'private';
  const tag = `natcheck-lab:${hashOf([base, ...contents])}`;
  inUse.add(tag);
  if (await hasImage(docker, tag)) return tag;
  if (!(await hasImage(docker, base))) await buildBase(docker, { base, isPrivate, packages, progress, signal });
  progress(`building ${tag}`);
  await build(docker, { tag, dockerfile: 'app.Dockerfile', args: { BASE: base }, files, signal });
  if (isPrivate) await removeOlder(docker);
  return tag;
}

/** How many others are kept: those of processes that share this engine are among the newest. */
const KEPT_IMAGES = 8;

/** Every change to natcheck makes an image, and nobody else would remove it from a private engine. */
async function removeOlder(docker: Dockerode): Promise<void> {
  const images = await docker.listImages({ filters: JSON.stringify({ reference: ['natcheck-lab'] }) });
  const newestFirst = images.toSorted((one, other) => other.Created - one.Created);
  const tags = newestFirst.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => !inUse.has(tag));
  await Promise.allSettled(tags.slice(KEPT_IMAGES).map((tag) => docker.getImage(tag).remove()));
}

interface BaseOptions {
  /** Tag of the base image. */
  readonly base: string;
  readonly isPrivate: boolean;
  readonly packages: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

async function buildBase(docker: Dockerode, options: BaseOptions): Promise<void> {
  const { base, packages, progress, signal } = options;
  const rootfs = (await pulled(docker, options)) ? DEBIAN_IMAGE : await ensureRootfs(docker, options);
  progress(`building ${base} on ${rootfs}`);
  await build(docker, {
    tag: base,
    dockerfile: 'base.Dockerfile',
    args: { ROOTFS: rootfs, PACKAGES: packages.join(' ') },
    files: { node: process.execPath },
    signal,
  }).catch((error: Error) => {
    throw explainPackages(error);
  });
}

/** Whether the ordinary Debian image is there, or could be pulled; a private engine reaches no registry. */
async function pulled(docker: Dockerode, { isPrivate, progress, signal }: BaseOptions): Promise<boolean> {
  if (await hasImage(docker, DEBIAN_IMAGE)) return true;
  if (isPrivate) return false;
  progress(`pulling ${DEBIAN_IMAGE}`);
  return pull(docker, DEBIAN_IMAGE, signal).then(
    () => true,
    (error: Error) => {
      signal?.throwIfAborted();
      progress(`no registry: ${error.message}`);
      return false;
    },
  );
}
