/** Whether there is a container engine for the lab, or there can be; found out as `findEngine` does, but nothing is started. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SYSTEM_SOCKET } from '../engine/engine.ts';
import { answersPing, answersPingAt } from '../engine/ping.ts';
import { canInstall, enginePrograms, findProgram, ROOTFS_PROGRAMS } from '../engine/provision.ts';
import type { Env } from '../engine/storage/runtime-dir.ts';
import type { Check } from './check.ts';

const PURPOSE = 'the containers of routers and clients';

export interface EngineChecks {
  /** Of the engine that the lab would use. */
  readonly used: Check;
  /** Whether there can be a private one. */
  readonly private: Check;
  /** Whether a private one would be used. */
  readonly isPrivate: boolean;
  /** Whether it runs on the kernel of another machine, as far as DOCKER_HOST tells. */
  readonly isElsewhere: boolean;
}

export async function checkEngine(env: Env): Promise<EngineChecks> {
  const privateOne = await checkPrivate();
  const used = await checkUsed(env, { canBePrivate: privateOne.status === 'ok' });
  const isElsewhere = /^(tcp|ssh|https?):/.test((!env.NATCHECK_LAB_ENGINE && env.DOCKER_HOST) || '');
  return { used, private: privateOne, isPrivate: used.found === PRIVATE, isElsewhere };
}

const PRIVATE = 'a private one, which is started with each lab';

async function checkUsed(env: Env, { canBePrivate }: { readonly canBePrivate: boolean }): Promise<Check> {
  const check = { name: 'container engine', isRequired: true, purpose: PURPOSE };
  const ok = (found: string): Check => ({ ...check, status: 'ok', found, remedy: null });
  const missing = (found: string, remedy: string): Check => ({ ...check, status: 'missing', found, remedy });
  const { NATCHECK_LAB_ENGINE: wanted, DOCKER_HOST: given } = env;
  if (wanted === 'none') return missing('NATCHECK_LAB_ENGINE=none forbids it', 'unset NATCHECK_LAB_ENGINE');
  if (wanted === 'private') {
    return canBePrivate ? ok(PRIVATE) : missing('NATCHECK_LAB_ENGINE=private takes root on Debian', PRIVATE_REMEDY);
  }
  if (given) return checkGiven(given, check);
  if (await answersPing(SYSTEM_SOCKET)) return ok(`the machine's own, at ${SYSTEM_SOCKET}`);
  if (canBePrivate) return ok(PRIVATE);
  return missing(await whyNone(), await remedyFor(env));
}

async function checkGiven(host: string, check: Pick<Check, 'name' | 'isRequired' | 'purpose'>): Promise<Check> {
  const answers = await answersPingAt(host);
  if (answers === null) {
    return { ...check, status: 'unknown', found: `${host}, of a kind that is not asked here`, remedy: null };
  }
  if (answers) return { ...check, status: 'ok', found: `at DOCKER_HOST, ${host}`, remedy: null };
  const remedy = 'start the engine there, or unset DOCKER_HOST';
  return { ...check, status: 'missing', found: `nothing answers at DOCKER_HOST, ${host}`, remedy };
}

const PRIVATE_REMEDY = 'run as root: sudo natcheck lab …';
const INSTALL_ENGINE = 'apt-get install docker.io, or https://docs.docker.com/engine/install';

async function whyNone(): Promise<string> {
  if (await mayNotUse(SYSTEM_SOCKET)) return `${SYSTEM_SOCKET} is there, but this user may not use it`;
  return `DOCKER_HOST is not set, and nothing answers at ${SYSTEM_SOCKET}`;
}

async function remedyFor(env: Env): Promise<string> {
  if (await mayNotUse(SYSTEM_SOCKET)) return 'sudo usermod -aG docker "$USER", and log in again';
  for (const socket of furtherSockets(env)) {
    if (await answersPing(socket)) return `export DOCKER_HOST=unix://${socket}`;
  }
  return (await findProgram('dockerd')) ? 'sudo systemctl start docker' : INSTALL_ENGINE;
}

/** Where rootless and desktop engines listen: Docker, Podman, Colima, OrbStack, as their documentation says. */
export function furtherSockets({ XDG_RUNTIME_DIR: runtime, HOME: home = homedir() }: Env): readonly string[] {
  return [
    ...(runtime ? [join(runtime, 'docker.sock'), join(runtime, 'podman', 'podman.sock')] : []),
    '/run/podman/podman.sock',
    ...['.docker/run', '.docker/desktop', '.colima/default', '.orbstack/run'].map((dir) =>
      join(home, dir, 'docker.sock'),
    ),
  ];
}

async function mayNotUse(socket: string): Promise<boolean> {
  if (!(await succeeds(stat(socket)))) return false;
  return !(await succeeds(access(socket, constants.R_OK | constants.W_OK)));
}

function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}

/** What a private engine is started with, beside what the lab installs by itself. */
const LAUNCHERS = ['unshare', 'setpriv'];

async function checkPrivate(): Promise<Check> {
  const check = { name: 'private engine', isRequired: false, purpose: 'machines without another engine' };
  const missing = (found: string, remedy: string): Check => ({ ...check, status: 'missing', found, remedy });
  if (process.getuid?.() !== 0) return missing('not root', PRIVATE_REMEDY);
  if (!(await canInstall())) return missing('there is no apt-get: this is not Debian', INSTALL_ENGINE);
  const launchers = await absent(LAUNCHERS);
  if (launchers.length > 0) return missing(`${launchers.join(', ')} not found`, 'apt-get install util-linux');
  const wanted: Readonly<Record<string, string>> = { ...(await enginePrograms()), ...ROOTFS_PROGRAMS };
  const lacking = await absent(Object.keys(wanted));
  const installs = lacking.map((program) => wanted[program]).join(', ');
  const found = lacking.length === 0 ? 'all that it takes is installed' : `the lab installs ${installs} by itself`;
  return { ...check, status: 'ok', found, remedy: null };
}

async function absent(programs: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(programs.map(findProgram));
  return programs.filter((_, index) => found[index] === undefined);
}
