/** A Debian file system without a registry: made by mmdebstrap once per machine, imported once per engine. */
import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { openOwnFile } from '../../../src/net/host/own-dir.ts';
import { run } from '../engine/command.ts';
import type { Progress } from '../engine/provision.ts';
import { provision, ROOTFS_PROGRAMS } from '../engine/provision.ts';
import { cacheDir } from '../engine/storage/cache-dir.ts';
import { explainPackages } from './packages.ts';
import { hasImage } from './pull.ts';
import { DEBIAN_RELEASE, rootfsTag } from './recipe.ts';

/** How many file systems are kept, the latest used: each is some 250 MB. */
const KEPT_TARS = 4;

export interface RootfsOptions {
  readonly packages: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes sure that the engine has the image `rootfsTag(packages)`; returns that tag.
 * @throws UsageError when the place where it is kept is not this user's alone; Error when it cannot be made or imported; the
 * signal's reason.
 */
export async function ensureRootfs(docker: Dockerode, options: RootfsOptions): Promise<string> {
  const { packages, progress, signal } = options;
  const tag = rootfsTag(packages);
  if (await hasImage(docker, tag)) return tag;
  const tar = await ensureTar(tag, options);
  signal?.throwIfAborted();
  progress(`importing ${tag}`);
  const [repo, version] = tag.split(':') as [string, string];
  await using file = await openOwnFile(tar);
  const answer = await docker.importImage(file.createReadStream() as unknown as string, { repo, tag: version });
  await text(answer as NodeJS.ReadableStream);
  if (!(await hasImage(docker, tag))) throw new Error(`the engine did not take ${tar}`);
  return tag;
}

async function ensureTar(tag: string, { packages, progress, signal }: RootfsOptions): Promise<string> {
  const dir = await cacheDir(process.env);
  const tar = join(dir, `${tag.replace(':', '-')}.tar`);
  const now = new Date();
  const made = await utimes(tar, now, now).then(
    () => true,
    () => false,
  );
  if (made) return tar;
  await provision(ROOTFS_PROGRAMS, progress);
  progress(`making a Debian ${DEBIAN_RELEASE} file system by mmdebstrap (about 20 s, once)`);
  const unfinished = `${tar}.${randomBytes(4).toString('hex')}.tar`;
  try {
    const words = ['--variant=essential', `--include=${packages.join(',')}`, DEBIAN_RELEASE, unfinished];
    await run('mmdebstrap', words, { signal });
    await rename(unfinished, tar);
  } catch (error) {
    await rm(unfinished, { force: true });
    signal?.throwIfAborted();
    throw explainPackages(error as Error);
  }
  await removeOlderTars(dir);
  return tar;
}

/** The name of a finished one. */
export const TAR_NAME = /^natcheck-lab-rootfs-[0-9a-f]{12}\.tar$/;

async function removeOlderTars(dir: string): Promise<void> {
  const tars = (await readdir(dir)).filter((name) => TAR_NAME.test(name)).map((name) => join(dir, name));
  const used = await Promise.all(tars.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })));
  const older = used.sort((one, other) => other.at - one.at).slice(KEPT_TARS);
  await Promise.all(older.map(({ path }) => rm(path, { force: true })));
}
