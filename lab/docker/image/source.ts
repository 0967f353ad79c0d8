/** The image of a program, wherever it comes from: the lab's own with packages, one of a registry, or one that is built. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { UsageError } from '../../../src/errors.ts';
import { visibleLines } from '../../../src/visible.ts';
import type { Engine } from '../engine/engine.ts';
import { connectDocker } from '../engine/testcontainers.ts';
import { buildFrom } from './build.ts';
import { contextFiles } from './context.ts';
import { withFiles } from './files-layer.ts';
import { ensureImage, type ImageOptions } from './image.ts';
import { ensurePulled } from './pull.ts';

export type ImageSource =
  /** The lab's own image, with these Debian packages. */
  | { readonly kind: 'lab'; readonly packages: readonly string[] }
  /** An image that the engine has, or can pull. */
  | { readonly kind: 'image'; readonly image: string }
  /** A Dockerfile, by its full path, and the folder that it is built in. */
  | { readonly kind: 'build'; readonly dockerfile: string; readonly context: string };

/**
 * Makes sure that the engine has the image.
 * @returns its tag.
 * @throws UsageError for a name, package or file that cannot be; Error when the image is not to be had, with the reason; the
 * signal's reason.
 */
export async function ensureSource(
  engine: Pick<Engine, 'host' | 'kind'>,
  source: ImageSource,
  options: Omit<ImageOptions, 'packages'> = {},
): Promise<string> {
  const { progress = () => {}, files = {}, signal } = options;
  if (source.kind === 'lab') return ensureImage(engine, { ...options, packages: source.packages });
  const docker = await connectDocker(engine.host);
  const image =
    source.kind === 'image'
      ? await ensurePulled(docker, source.image, { kind: engine.kind, progress, signal })
      : await ensureBuilt(engine, source, options);
  return withFiles(docker, image, { files, progress, signal });
}

/** The name of the build argument that is the tag of the lab's own image, for a Dockerfile that asks for it. */
const LAB_ARG = 'NATCHECK_LAB';

/** Builds it each time: what has not changed is in the engine's cache. */
async function ensureBuilt(
  engine: Pick<Engine, 'host' | 'kind'>,
  { dockerfile, context }: Extract<ImageSource, { kind: 'build' }>,
  { files: _files, ...options }: ImageOptions,
): Promise<string> {
  const { progress = () => {}, signal } = options;
  const text = await readFile(dockerfile, 'utf8').catch((cause: Error) => {
    throw new UsageError(`the Dockerfile ${dockerfile} cannot be read: ${cause.message}`, { cause });
  });
  if (!(await stat(context).catch(() => null))?.isDirectory()) {
    throw new UsageError(`there is no folder ${context} to build ${dockerfile} in`);
  }
  const asksForLab = new RegExp(`^\\s*ARG\\s+${LAB_ARG}\\b`, 'im').test(text);
  const args = asksForLab ? { [LAB_ARG]: await ensureImage(engine, options) } : {};
  const inContext = relative(context, dockerfile).split(sep).join('/');
  const isInside = !inContext.startsWith('../') && !relative(context, dockerfile).startsWith(sep);
  const name = isInside ? inContext : '.natcheck-lab.Dockerfile';
  const tag = `natcheck-lab-build:${createHash('sha256').update(`${dockerfile}\0${context}`).digest('hex').slice(0, 12)}`;
  progress(`building ${dockerfile}`);
  const files = { ...(await contextFiles(context)), [name]: dockerfile };
  const docker = await connectDocker(engine.host);
  await buildFrom(docker, { tag, dockerfile: name, args, files, signal }).catch((cause: Error) => {
    signal?.throwIfAborted();
    throw new Error(`${dockerfile} cannot be built: ${visibleLines(cause.message)}`, { cause });
  });
  return tag;
}
