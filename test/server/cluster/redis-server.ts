/** A real redis-server on loopback. Each has a port of its own and keeps its data in a folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DebianProgram, findDebianProgram } from '../../debian-program.ts';

const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

/** The program, or why there is none here. */
export function findRedis(): DebianProgram | string {
  return findDebianProgram({ name: 'redis-server', packages: PACKAGES, place: 'usr/bin' });
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
  found: DebianProgram,
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
    const env = { ...process.env, ...found.env };
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
