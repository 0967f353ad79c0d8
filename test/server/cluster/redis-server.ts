/**
 * A real redis-server on loopback: the one of this machine, or else Debian's, which is unpacked beside the other caches
 * and not installed. Each has a port of its own and keeps its data in a folder of its own.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/redis-server', import.meta.url));
/** The server, and what it needs that a small Debian has not. */
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

interface Program {
  readonly path: string;
  /** Where its libraries are; null for the system's. */
  readonly libraries: string | null;
}

/** The program, or why there is none here. */
export function findRedis(): Program | string {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'redis-server'));
  const path = onPath.find((one) => existsSync(one));
  if (path !== undefined) return { path, libraries: null };
  try {
    if (!existsSync(CACHE)) unpack();
    const libraries = readdirSync(join(CACHE, 'usr/lib')).map((folder) => join(CACHE, 'usr/lib', folder));
    return { path: join(CACHE, 'usr/bin/redis-server'), libraries: libraries.join(':') };
  } catch (error) {
    return `there is no redis-server here, and Debian's cannot be had: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** Other test processes may do the same: the folder appears whole. */
function unpack(): void {
  mkdirSync(join(CACHE, '..'), { recursive: true });
  const work = mkdtempSync(join(CACHE, '..', 'redis-server-'));
  try {
    const options = { cwd: work, stdio: 'pipe', timeout: 60_000 } as const;
    execFileSync('apt-get', ['download', ...PACKAGES], options);
    for (const name of readdirSync(work)) execFileSync('dpkg-deb', ['-x', name, 'root'], options);
    if (!existsSync(CACHE)) renameSync(join(work, 'root'), CACHE);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Sends a signal to the process; SIGKILL is waited for. */
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL') => Promise<void>;
  /** Starts it again on the same port, with what it has saved. */
  readonly start: () => Promise<void>;
  /** Bytes that it uses, as it says. */
  readonly pid: () => number | undefined;
}

/** @param options the password that it wants; none unless it is given. */
export async function startRedis(
  found: Program,
  { password = '' }: { readonly password?: string } = {},
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'natcheck-redis-'));
  const port = await freePort();
  let child: ReturnType<typeof spawn> | null = null;
  const end = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  const start = async (): Promise<void> => {
    const options = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--requirepass',
      password,
    ];
    const env = { ...process.env, ...(found.libraries !== null && { LD_LIBRARY_PATH: found.libraries }) };
    child = spawn(found.path, options, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })) {
      if (line.includes('Ready to accept connections')) break;
    }
    child.stdout?.resume();
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    signal: async (name) => {
      if (name === 'SIGKILL') await end();
      else child?.kill(name);
    },
    start,
    pid: () => child?.pid,
    [Symbol.asyncDispose]: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
