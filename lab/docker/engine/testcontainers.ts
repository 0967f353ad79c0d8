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
 * The Docker client of Testcontainers for the engine at `host`, which all containers of Testcontainers in this process are on
 * from then on. The environment of the process stays as it is.
 * @param host as in DOCKER_HOST, such as `unix:///var/run/docker.sock`.
 * @throws Error when nothing answers there, or when this process already uses another engine: Testcontainers knows only one per process.
 */
export async function connectDocker(host: string): Promise<Dockerode> {
  if (connection !== undefined && connection.host !== host) {
    throw new Error(`one engine per process: asked for ${host}, already at ${connection.host}`);
  }
  const docker = connection?.docker ?? connect(host);
  connection = { host, docker };
  return docker.catch((error: unknown) => {
    connection = undefined;
    throw error;
  });
}

let connection: { readonly host: string; readonly docker: Promise<Dockerode> } | undefined;

/** Testcontainers takes the engine from DOCKER_HOST when it is first asked for one, and keeps to it. */
async function connect(host: string): Promise<Dockerode> {
  const { getContainerRuntimeClient } = await loadTestcontainers();
  const before = process.env.DOCKER_HOST;
  process.env.DOCKER_HOST = host;
  try {
    return (await getContainerRuntimeClient()).container.dockerode;
  } catch (cause) {
    throw new Error(`no container engine answers at ${host}`, { cause });
  } finally {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
  }
}
