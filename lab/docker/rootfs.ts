/** A Debian file system without a registry: made by mmdebstrap once per machine, imported once per engine. */
import { createReadStream } from 'node:fs';
import { access, mkdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { run } from './command.ts';
import { provision, ROOTFS_PROGRAMS } from './engine/provision.ts';
import { CACHE_DIR } from './engine.ts';
import type { Progress } from './progress.ts';
import { DEBIAN_RELEASE, PACKAGES, rootfsTag } from './recipe.ts';

/** Makes sure that the engine has the image `rootfsTag()`; returns that tag. */
export async function ensureRootfs(docker: Dockerode, progress: Progress): Promise<string> {
  const tag = rootfsTag();
  if (await hasImage(docker, tag)) return tag;
  const tar = await ensureTar(tag, progress);
  progress(`importing ${tag}`);
  const [repo, version] = tag.split(':') as [string, string];
  const answer = await docker.importImage(createReadStream(tar) as unknown as string, { repo, tag: version });
  await text(answer as NodeJS.ReadableStream);
  if (!(await hasImage(docker, tag))) throw new Error(`the engine did not take ${tar}`);
  return tag;
}

async function ensureTar(tag: string, progress: Progress): Promise<string> {
  const cache = process.getuid?.() === 0 ? CACHE_DIR : join(tmpdir(), 'natcheck-lab');
  const tar = join(cache, `${tag.replace(':', '-')}.tar`);
  const made = await access(tar).then(
    () => true,
    () => false,
  );
  if (made) return tar;
  await mkdir(cache, { recursive: true });
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
