/** Installs the Debian packages that the lab needs on a machine without an engine. */
import { constants } from 'node:fs';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run } from './command.ts';

/** Receives one line for each step that takes time or changes the machine. */
export type Progress = (line: string) => void;

/** Programs, each with the Debian package that it comes in. */
const ENGINE_PROGRAMS = { dockerd: 'docker.io', iptables: 'iptables', ip: 'iproute2' } as const;
/**
 * Starts containers, and programs in them, with less work than dockerd's own runc: 12 ms of CPU in place of 40 for each program.
 * It is done without where dockerd is there already, and this is not.
 */
const RUNTIME_PROGRAMS = { crun: 'crun' } as const;
export const ROOTFS_PROGRAMS = { mmdebstrap: 'mmdebstrap' } as const;

/** Maintainer scripts ask this program before they start a service; exit code 101 forbids it (Debian's invoke-rc.d(8)). */
const POLICY = '/usr/sbin/policy-rc.d';
const NO_SERVICES = '#!/bin/sh\nexit 101\n';

/** What a private engine takes on this machine. */
export async function enginePrograms(): Promise<Readonly<Record<string, string>>> {
  const hasEngine = (await findProgram('dockerd')) !== undefined;
  return hasEngine ? ENGINE_PROGRAMS : { ...ENGINE_PROGRAMS, ...RUNTIME_PROGRAMS };
}

/** Whether this process may install packages by apt-get. */
export async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await findProgram('apt-get')) !== undefined;
}

/**
 * Makes the programs available; says so before it changes anything.
 * @param programs program name to package name.
 * @throws Error when a package cannot be installed.
 */
export async function provision(programs: Readonly<Record<string, string>>, progress: Progress): Promise<void> {
  const packages: string[] = [];
  for (const [program, name] of Object.entries(programs)) {
    if ((await findProgram(program)) === undefined) packages.push(name);
  }
  if (packages.length === 0) return;
  if (!(await canInstall())) {
    throw new Error(`${packages.join(', ')} must be installed, which takes root and apt-get`);
  }
  progress(`installing ${packages.join(', ')} by apt-get`);
  await using _ = await withoutServices();
  await run('apt-get', ['update', '-q']);
  await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
}

/** Keeps the installation from starting a service, which would be a second engine, in the host's network. */
async function withoutServices(): Promise<AsyncDisposable> {
  const written = await writeFile(POLICY, NO_SERVICES, { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  return {
    async [Symbol.asyncDispose]() {
      if (written && (await readFile(POLICY, 'utf8')) === NO_SERVICES) await rm(POLICY);
    },
  };
}

/** The full path of a program, also in directories that an ordinary user's PATH leaves out; undefined when there is none. */
export async function findProgram(name: string): Promise<string | undefined> {
  const dirs = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const dir of dirs) {
    const path = join(dir, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}
