/** Images from a registry. */
import type Dockerode from 'dockerode';
import { UsageError } from '../../../src/errors.ts';
import { visible } from '../../../src/visible.ts';
import { finished } from '../engine/answer/answer.ts';
import { engineReason } from '../engine/answer/reason.ts';
import type { Engine } from '../engine/engine.ts';
import type { Progress } from '../engine/provision.ts';

export async function hasImage(docker: Dockerode, tag: string): Promise<boolean> {
  return docker
    .getImage(tag)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

/** @throws Error with the words of the engine, or of the interruption. */
export async function pull(docker: Dockerode, image: string, signal?: AbortSignal): Promise<void> {
  await finished(docker, await docker.pull(image, signal ? { abortSignal: signal } : {}));
}

/** What may stand in the name of an image, and how long it may be (distribution/reference). */
const NAME = /^[\w][\w.:/@-]{0,254}$/;

/**
 * Makes sure that the engine has the image of this name, which is pulled if it is not there.
 * @returns the name with its tag.
 * @throws UsageError when that cannot be a name; Error with the engine's reason when the image is not to be had; the signal's
 * reason.
 */
export async function ensurePulled(
  docker: Dockerode,
  image: string,
  {
    kind,
    progress,
    signal,
  }: Pick<Engine, 'kind'> & { readonly progress: Progress; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  if (!NAME.test(image)) throw new UsageError(`"${visible(image.slice(0, 100))}" is not the name of an image`);
  const tagged = withTag(image);
  if (await hasImage(docker, tagged)) return tagged;
  if (kind === 'private') {
    throw new Error(
      `there is no image ${tagged} on the private engine, which reaches no registry: ` +
        'name Debian packages, build on the lab’s image (ARG NATCHECK_LAB), or use another engine (DOCKER_HOST)',
    );
  }
  progress(`pulling ${tagged}`);
  await pull(docker, tagged, signal).catch((cause: Error) => {
    signal?.throwIfAborted();
    throw new Error(`the image ${tagged} cannot be pulled: ${engineReason(cause)}`, { cause });
  });
  return tagged;
}

/** Without a tag, an engine would pull all there are. */
export function withTag(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return name.includes(':') || image.includes('@') ? image : `${image}:latest`;
}
