/** A Debian file system without a registry: made by mmdebstrap once per machine, imported once per engine. */
import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { openOwnFile } from '../../../src/net/host/own-dir.ts';
import { run } from '../engine/command.ts';
import type { Progress } from '../engine/provision.ts';
import { provision, ROOTFS_PROGRAMS } from '../engine/provision.ts';
import { cacheDir } from '../engine/storage/cache-dir.ts';
import { DEBIAN_RELEASE, PACKAGES, rootfsTag } from './recipe.ts';

/**
 * Makes sure that the engine has the image `rootfsTag()`; returns that tag.
 * @throws UsageError when the place where it is kept is not this user's alone; Error when it cannot be made or imported.
 */
export async function ensureRootfs(docker: Dockerode, progress: Progress): Promise<string> {
  const tag = rootfsTag();
  if (await hasImage(docker, tag)) return tag;
  const tar = await ensureTar(tag, progress);
  progress(`importing ${tag}`);
  const [repo, version] = tag.split(':') as [string, string];
  await using file = await openOwnFile(tar);
  const answer = await docker.importImage(file.createReadStream() as unknown as string, { repo, tag: version });
  await text(answer as NodeJS.ReadableStream);
  if (!(await hasImage(docker, tag))) throw new Error(`the engine did not take ${tar}`);
  return tag;
}

async function ensureTar(tag: string, progress: Progress): Promise<string> {
  const tar = join(await cacheDir(process.env), `${tag.replace(':', '-')}.tar`);
  const made = await access(tar).then(
    () => true,
    () => false,
  );
  if (made) return tar;
  await provision(ROOTFS_PROGRAMS, progress);
  progress(`making a Debian ${DEBIAN_RELEASE} file system by mmdebstrap (about 20 s, once)`);
  const unfinished = `${tar}.${process.pid}.tar`;
  await run('mmdebstrap', ['--variant=essential', `--include=${PACKAGES.join(',')}`, DEBIAN_RELEASE, unfinished]);
  await rename(unfinished, tar);
  return tar;
}

export async function hasImage(docker: Dockerode, tag: string): Promise<boolean> {
  return docker
    .getImage(tag)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}
