/** A program of this machine, or else Debian's, which is unpacked beside the other caches and not installed. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHES = fileURLToPath(new URL('../node_modules/.cache', import.meta.url));

export interface DebianProgram {
  readonly path: string;
  /** What it needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

interface Wanted {
  readonly name: string;
  /** Those that have it, and what it needs that a small Debian has not. */
  readonly packages: readonly string[];
  /** Where the first of them has it. */
  readonly place: 'usr/bin' | 'usr/sbin';
}

/** The program, or why there is none here. */
export function findDebianProgram({ name, packages, place }: Wanted): DebianProgram | string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), `/${place}`];
  const path = folders.map((folder) => join(folder, name)).find((one) => existsSync(one));
  if (path !== undefined) return { path, env: {} };
  const cache = join(CACHES, name);
  try {
    if (!existsSync(cache)) unpack(packages, cache);
    const libraries = join(cache, 'usr/lib');
    const found = existsSync(libraries) ? readdirSync(libraries).map((folder) => join(libraries, folder)) : [];
    return { path: join(cache, place, name), env: { LD_LIBRARY_PATH: found.join(':') } };
  } catch (error) {
    return `there is no ${name} here, and Debian's cannot be had: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** Other test processes may do the same: the folder appears whole. */
function unpack(packages: readonly string[], cache: string): void {
  mkdirSync(CACHES, { recursive: true });
  const work = mkdtempSync(`${cache}-`);
  try {
    const options = { cwd: work, stdio: 'pipe', timeout: 60_000 } as const;
    execFileSync('apt-get', ['download', ...packages], options);
    for (const name of readdirSync(work)) execFileSync('dpkg-deb', ['-x', name, 'root'], options);
    if (!existsSync(cache)) renameSync(join(work, 'root'), cache);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
