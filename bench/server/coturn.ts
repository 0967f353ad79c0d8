/** coturn, from this machine, or else from Debian, unpacked into a folder that is removed afterwards. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../../lab/docker/engine/provision.ts';

const run = promisify(execFile);

export interface Coturn extends AsyncDisposable {
  readonly version: string;
  /** The full path of one of its programs. */
  readonly program: (name: 'turnserver' | 'turnutils_uclient' | 'turnutils_peer') => string;
  /** What its programs need in their environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Gives null, after saying why, where it cannot be had. */
export async function findCoturn(): Promise<Coturn | null> {
  const here = await findProgram('turnserver');
  try {
    return here === undefined ? await unpacked() : await described(dirname(here), { env: {}, folder: null });
  } catch (error) {
    console.error(`coturn is left out: ${(error as Error).message}`);
    return null;
  }
}

/** Downloads the packages that are not installed; none of them is installed by it. */
async function unpacked(): Promise<Coturn> {
  const folder = await mkdtemp(join(tmpdir(), 'natcheck-coturn-'));
  try {
    const { stdout } = await run('apt-get', ['install', '--simulate', '--no-install-recommends', 'coturn']);
    const packages = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
    await run('apt-get', ['download', '-q', ...packages], { cwd: folder });
    const files = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    for (const file of files) await run('dpkg-deb', ['--extract', join(folder, file), folder]);
    const { stdout: triplet } = await run('dpkg-architecture', ['-qDEB_HOST_MULTIARCH']).catch(() => ({
      stdout: `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
    }));
    const env = { LD_LIBRARY_PATH: join(folder, 'usr/lib', triplet.trim()) };
    return await described(join(folder, 'usr/bin'), { env, folder });
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

async function described(
  programs: string,
  { env, folder }: { readonly env: Readonly<Record<string, string>>; readonly folder: string | null },
): Promise<Coturn> {
  const { stdout } = await run(join(programs, 'turnserver'), ['--version'], { env: { ...process.env, ...env } });
  return {
    version: /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? 'of unknown version',
    program: (name) => join(programs, name),
    env,
    [Symbol.asyncDispose]: async () => {
      if (folder !== null) await rm(folder, { recursive: true });
    },
  };
}
