/** Debian's browsers on this machine, in the network of a container of the lab. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import type { LabContainer } from '../../../lab/index.ts';

const run = promisify(execFile);

export type BrowserName = 'chromium' | 'firefox';

const PACKAGES = { chromium: 'chromium', firefox: 'firefox-esr' } as const satisfies Record<BrowserName, string>;
const INSTALL = ['install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];

/** Installs the browser if this machine lacks it. @returns why it cannot be had; null when it is there. */
export async function lacks(browser: BrowserName): Promise<string | null> {
  const name = PACKAGES[browser];
  if (existsSync(`/usr/bin/${name}`)) return null;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return `${name} is not installed`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', [...INSTALL, name], { env });
    return null;
  } catch (error) {
    return `${name} cannot be installed: ${(error as Error).message}`;
  }
}

/**
 * The process id here of a process in the container's network namespace, by which `nsenter` finds it.
 * @throws Error where the engine's containers are no processes of this machine.
 */
export async function processIn(container: LabContainer): Promise<number> {
  const { stdout } = await container.exec(['readlink', '/proc/self/ns/net']);
  const wanted = stdout.trim();
  const found = readdirSync('/proc').find((name) => /^\d+$/.test(name) && networkOf(name) === wanted);
  if (found === undefined) throw new Error(`no process here is in ${wanted}`);
  return Number(found);
}

function networkOf(process: string): string | null {
  try {
    return readlinkSync(`/proc/${process}/ns/net`);
  } catch {
    // It has ended meanwhile.
    return null;
  }
}
