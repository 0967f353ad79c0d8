/** Builds the lab's image with the peers of bench/peers, hyperdht and its dependencies in it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDocker } from '../../lab/docker/engine/testcontainers.ts';
import { closureOf } from '../../lab/docker/image/app-files.ts';
import { build } from '../../lab/docker/image/build.ts';
import { hashOf } from '../../lab/docker/image/recipe.ts';
import { hasImage } from '../../lab/docker/image/rootfs.ts';
import type { Engine } from '../../lab/index.ts';
import { progress } from '../lab.ts';

const PEERS = join(import.meta.dirname, '..', 'peers');

/** Makes sure that the engine has the image, built on `base`, and returns its tag, which a newer natcheck will remove. */
export async function ensurePeersImage({ host }: Engine, base: string): Promise<string> {
  const docker = await connectDocker(host);
  const packages = await closureOf(['hyperdht']);
  const names = (await readdir(PEERS)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(PEERS, name))));
  const versions = packages.map(({ name, version }) => `${name}@${version}`).sort();
  const tag = `natcheck-lab:peers-${hashOf([base, ...versions, ...names, ...contents])}`;
  if (await hasImage(docker, tag)) return tag;
  progress(`building ${tag}`);
  await build(docker, {
    tag,
    dockerfile: join(PEERS, 'Dockerfile'),
    args: { BASE: base },
    files: { peers: PEERS, ...Object.fromEntries(packages.map(({ name, dir }) => [`node_modules/${name}`, dir])) },
  });
  return tag;
}
