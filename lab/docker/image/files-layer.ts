/** Files of this machine on top of an image, as one image whose tag is the hash of them all. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import type Dockerode from 'dockerode';
import { UsageError } from '../../../src/errors.ts';
import type { Progress } from '../engine/provision.ts';
import { buildFrom } from './build.ts';
import { hasImage } from './pull.ts';
import { hashOf } from './recipe.ts';

/** Each is a layer, of which an image has 127 at most. */
const MAX_ENTRIES = 60;
const MAX_BYTES = 1024 ** 3;

export interface FilesOptions {
  /** Full path in the container to path on this machine, file or folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/**
 * @returns the tag of the image with the files; that of `image` if there are none.
 * @throws UsageError when a file is not there, or a path is not one of a container; the signal's reason.
 */
export async function withFiles(
  docker: Dockerode,
  image: string,
  { files, progress, signal }: FilesOptions,
): Promise<string> {
  const entries = Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1));
  if (entries.length === 0) return image;
  if (entries.length > MAX_ENTRIES) throw new UsageError(`files has ${MAX_ENTRIES} entries at most: name folders`);
  for (const [path] of entries) {
    if (!posix.isAbsolute(path) || posix.normalize(path) !== path || path.includes('\0')) {
      throw new UsageError(`"${path}" is not a full path in a container`);
    }
  }
  const digest = createDigest();
  const copies: string[] = [];
  for (const [index, [path, source]] of entries.entries()) {
    const isFolder = await digest.add(path, source);
    const to = (isFolder ? `${path.replace(/\/$/, '')}/` : path).replaceAll('$', '\\$');
    copies.push(`COPY ${JSON.stringify([`f/${index}${isFolder ? '/' : ''}`, to])}`);
  }
  const { Id } = await docker.getImage(image).inspect();
  const tag = `natcheck-lab-files:${hashOf([Id, digest.hex()])}`;
  if (await hasImage(docker, tag)) return tag;
  progress(`adding files to ${image}`);
  await using recipe = await written(`FROM ${image}\n${copies.join('\n')}\n`);
  const sources = Object.fromEntries(entries.map(([, source], index) => [`f/${index}`, source]));
  const context = { ...sources, Dockerfile: recipe.path };
  await buildFrom(docker, { tag, dockerfile: 'Dockerfile', args: {}, files: context, signal });
  return tag;
}

async function written(text: string): Promise<AsyncDisposable & { readonly path: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-lab-files-'));
  const path = join(dir, 'Dockerfile');
  await writeFile(path, text);
  return { path, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}

interface Digest {
  /** Returns whether the source is a folder. */
  readonly add: (path: string, source: string) => Promise<boolean>;
  readonly hex: () => string;
}

/** Of names, contents and permissions. */
function createDigest(): Digest {
  const hash = createHash('sha256');
  let bytes = 0;
  const visit = async (name: string, source: string, within: readonly string[]): Promise<boolean> => {
    const stats = await stat(source).catch((cause: Error) => {
      throw new UsageError(`there is no ${source}, which is to be ${name} in the container`, { cause });
    });
    const self = `${stats.dev}:${stats.ino}`;
    if (within.includes(self)) throw new UsageError(`${source} is a folder within itself: a link leads in a circle`);
    hash.update(`${JSON.stringify(name)} ${stats.mode & 0o777}\n`);
    if (stats.isDirectory()) {
      const names = (await readdir(source)).sort();
      for (const child of names) await visit(posix.join(name, child), join(source, child), [...within, self]);
      return true;
    }
    if (!stats.isFile()) throw new UsageError(`${source} is neither a file nor a folder`);
    bytes += stats.size;
    if (bytes > MAX_BYTES) throw new UsageError(`files are ${MAX_BYTES / 1024 ** 2} MB together at most`);
    hash.update(`${stats.size}\n`).update(await readFile(source));
    return false;
  };
  return { add: (path, source) => visit(path, source, []), hex: () => hash.digest('hex') };
}
