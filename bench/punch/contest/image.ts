/** Builds the lab's image with the peers of bench/peers in it, and the packages that they import. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectDocker } from '../../../lab/docker/engine/testcontainers.ts';
import { closureOf } from '../../../lab/docker/image/app-files.ts';
import { build } from '../../../lab/docker/image/build.ts';
import { hasImage } from '../../../lab/docker/image/pull.ts';
import { hashOf } from '../../../lab/docker/image/recipe.ts';
import type { Engine } from '../../../lab/index.ts';
import { progress } from '../../lab.ts';

const PEERS = join(import.meta.dirname, '..', '..', 'peers');

/**
 * Makes what makes sure that an engine has the image, built on `base` and with these packages and what they depend on, and
 * returns its tag, which a newer natcheck will remove.
 */
export const imageWithPeers =
  (packageNames: readonly string[]) =>
  async ({ host }: Engine, base: string): Promise<string> => {
    const docker = await connectDocker(host);
    const packages = await closureOf(packageNames);
    const paths = await filesOfPeers();
    const contents = await Promise.all(paths.map((path) => readFile(path)));
    const versions = packages.map(({ name, version }) => `${name}@${version}`).sort();
    const tag = `natcheck-lab:peers-${hashOf([base, ...versions, ...paths, ...contents])}`;
    if (await hasImage(docker, tag)) return tag;
    progress(`building ${tag}`);
    await build(docker, {
      tag,
      dockerfile: join(PEERS, 'Dockerfile'),
      args: { BASE: base },
      files: { peers: PEERS, ...Object.fromEntries(packages.map(({ name, dir }) => [`node_modules/${name}`, dir])) },
    });
    return tag;
  };

async function filesOfPeers(): Promise<readonly string[]> {
  const entries = await readdir(PEERS, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name)).sort();
}
