/** Servers on one Redis for the measurements of a cluster, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findRedis, type RedisServer, startRedis } from '../../test/server/cluster/redis-server.ts';

const NODE = fileURLToPath(new URL('node.ts', import.meta.url));
const TICKS_PER_SECOND = 100;

export interface BenchNode extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly httpPort: number;
}

export async function startStore(): Promise<RedisServer> {
  const found = findRedis();
  if (typeof found === 'string') throw new Error(found);
  return await startRedis(found);
}

export async function startNode(redis: string): Promise<BenchNode> {
  const child = fork(NODE, [redis]);
  const [{ httpPort }] = (await once(child, 'message')) as [{ httpPort: number }];
  return {
    child,
    httpPort,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** The memory of a process that is in RAM, in MB, and the CPU that it has used, in seconds (proc(5), Linux). */
export function usageOf(pid: number | undefined): { readonly megabytes: number; readonly cpuS: number } {
  const [, resident = 0] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const [user = 0, system = 0] = fields.slice(11, 13);
  return { megabytes: Math.round((resident * 4096) / 1024 / 1024), cpuS: (user + system) / TICKS_PER_SECOND };
}
