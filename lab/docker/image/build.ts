/** Builds one image from a Dockerfile of lab/docker/image and files of this machine, without copying them first. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type Dockerode from 'dockerode';
import { finished } from '../engine/answer/answer.ts';
import { IMAGE_FILES } from './package-root.ts';

export interface BuildInput {
  readonly tag: string;
  /** `build`: the name of a file in lab/docker/image, or the full path of another. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  /** Path in the build context to path on this machine, file or folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Ends the build; the engine then removes what it has begun. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws Error with the last lines of the build when it fails; the signal's reason. */
export async function build(docker: Dockerode, { dockerfile, files, ...input }: BuildInput): Promise<void> {
  const given = { ...files, Dockerfile: resolve(IMAGE_FILES, dockerfile) };
  await buildFrom(docker, { ...input, dockerfile: 'Dockerfile', files: given });
}

/** The same with a Dockerfile that is one of the files of the context, by its path there. */
export async function buildFrom(
  docker: Dockerode,
  { tag, dockerfile, args, files, signal }: BuildInput,
): Promise<void> {
  await using context = await stage(files);
  // The archive contains what the links lead to. It is not compressed, since the engine is near.
  const tar = spawn('tar', ['--dereference', '-C', context.dir, '-cf', '-', '.'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const options = { t: tag, dockerfile, buildargs: { ...args }, forcerm: true, ...(signal && { abortSignal: signal }) };
  try {
    await finished(docker, await docker.buildImage(tar.stdout, options));
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(`${tag}: ${(cause as Error).message}`, { cause });
  } finally {
    tar.kill(); // Of a build that has ended early, nobody reads the rest.
  }
}

async function stage(files: Readonly<Record<string, string>>): Promise<AsyncDisposable & { readonly dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-lab-image-'));
  for (const [path, source] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await symlink(source, join(dir, path));
  }
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}
