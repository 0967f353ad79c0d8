/**
 * The container engine of the lab: the one that DOCKER_HOST names, else the machine's, else a private one
 * that leaves the host's network alone. NATCHECK_LAB_ENGINE=private skips the first two, =none refuses all.
 */
import { createOwner } from '../../../src/net/owner.ts';
import { once } from '../waiting.ts';
import { startDaemon } from './daemon.ts';
import { onInterrupt } from './interrupt.ts';
import { sweep, sweepOwn } from './labels.ts';
import { answersPing } from './ping.ts';
import { canInstall, enginePrograms, type Progress, provision } from './provision.ts';
import { takeSlot } from './slot.ts';
import { ROOT_CACHE_DIR } from './storage/cache-dir.ts';
import { type Env, ROOT_RUNTIME_DIR } from './storage/runtime-dir.ts';
import { connectDocker, loadTestcontainers } from './testcontainers.ts';

export const SYSTEM_SOCKET = '/var/run/docker.sock';

export interface Engine extends AsyncDisposable {
  /** `private`: started by this process, and stopped when disposed; it reaches no registry. */
  readonly kind: 'given' | 'system' | 'private';
  /** Its address, in the form that DOCKER_HOST has. */
  readonly host: string;
}

export interface EngineOptions {
  readonly progress?: Progress;
  readonly env?: Env;
}

/**
 * Finds or starts an engine, and removes what killed runs have left on it. The environment of this process stays as it is, but
 * Testcontainers in this process is on that engine from then on.
 * @throws Error saying what was tried and what to do when there is none, or when Testcontainers is missing.
 */
export async function findEngine({ progress = () => {}, env = process.env }: EngineOptions = {}): Promise<Engine> {
  if (env.NATCHECK_LAB_ENGINE === 'none') {
    throw new Error('no container engine: NATCHECK_LAB_ENGINE=none forbids it');
  }
  await loadTestcontainers(); // Before anything is installed or started.
  const other = await findOtherEngine(env);
  if (other !== null) {
    await sweep(await connectDocker(other.host));
    return { ...other, async [Symbol.asyncDispose]() {} };
  }
  if (await canInstall()) return startPrivateEngine(progress);
  throw new Error(
    `no container engine: DOCKER_HOST is not set, nothing answers at ${SYSTEM_SOCKET}, and a private engine ` +
      'takes root on Debian. Start Docker, set DOCKER_HOST, or run as root; NATCHECK_LAB_ENGINE=none leaves the lab out.',
  );
}

/** The engine that is there without the lab: the one that DOCKER_HOST names, else the machine's. Null if there is none, or it is not wanted. */
export async function findOtherEngine(env: Env): Promise<Pick<Engine, 'kind' | 'host'> | null> {
  if (env.NATCHECK_LAB_ENGINE === 'private' || env.NATCHECK_LAB_ENGINE === 'none') return null;
  if (env.DOCKER_HOST) return { kind: 'given', host: env.DOCKER_HOST };
  return (await answersPing(SYSTEM_SOCKET)) ? { kind: 'system', host: `unix://${SYSTEM_SOCKET}` } : null;
}

async function startPrivateEngine(progress: Progress): Promise<Engine> {
  await provision(await enginePrograms(), progress);
  await using started = createOwner();
  const slot = started.use(await takeSlot({ cache: ROOT_CACHE_DIR, runtime: ROOT_RUNTIME_DIR }));
  progress(`starting a private container engine, data in ${slot.dataRoot}`);
  const daemon = started.use(await startDaemon(slot));
  const host = `unix://${daemon.socketPath}`;
  await sweepOwn(await connectDocker(host));
  const owned = started.move();
  const end = once(() => owned[Symbol.asyncDispose]());
  const interrupt = onInterrupt(end);
  owned.defer(() => interrupt[Symbol.dispose]());
  return { kind: 'private', host, [Symbol.asyncDispose]: end };
}
