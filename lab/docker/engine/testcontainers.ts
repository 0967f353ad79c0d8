/** The only place that loads Testcontainers, an optional peer: a program that just imports natcheck never does. */
import type Dockerode from 'dockerode';

export type Testcontainers = typeof import('testcontainers');

/** @throws Error saying what to install when it is missing. */
export async function loadTestcontainers(): Promise<Testcontainers> {
  try {
    return await import('testcontainers');
  } catch (cause) {
    throw new Error('natcheck lab needs testcontainers: npm i -D testcontainers', { cause });
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
