/** The only place that loads Testcontainers, an optional peer: a program that just imports natcheck never does. */
import { pathToFileURL } from 'node:url';
import type Dockerode from 'dockerode';
import { explainMissing, findTestcontainers, type Places, placesOf } from './installed-testcontainers.ts';

export type Testcontainers = typeof import('testcontainers');

/**
 * Loads it from the project that the command runs in, else from beside natcheck.
 * @throws Error saying what to install when it is missing or too old, or why it cannot be loaded.
 */
export async function loadTestcontainers(places: Places = placesOf(process.env)): Promise<Testcontainers> {
  const installed = findTestcontainers(places);
  if (installed.kind !== 'found') throw new Error(explainMissing(installed, places));
  try {
    return await import(/* @vite-ignore */ pathToFileURL(installed.entry).href);
  } catch (cause) {
    throw new Error(`testcontainers in ${installed.dir} cannot be loaded: ${(cause as Error).message}`, { cause });
  }
}

/**
 * The Docker client of Testcontainers for the engine at `host`, which DOCKER_HOST names from then on.
 * @param host as in DOCKER_HOST, such as `unix:///var/run/docker.sock`.
 * @throws Error when nothing answers there, or when this process already uses another engine: Testcontainers knows only one per process.
 */
export async function connectDocker(host: string): Promise<Dockerode> {
  if (connectedTo !== undefined && connectedTo !== host) {
    throw new Error(`one engine per process: asked for ${host}, already at ${connectedTo}`);
  }
  process.env.DOCKER_HOST = host;
  const { getContainerRuntimeClient } = await loadTestcontainers();
  const { container } = await getContainerRuntimeClient().catch((cause: Error) => {
    throw new Error(`no container engine answers at ${host}`, { cause });
  });
  connectedTo = host;
  return container.dockerode;
}

let connectedTo: string | undefined;
