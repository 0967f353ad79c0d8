/** A node of a cluster in a process of its own: the command as it is built. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MAIN } from '../../cli/natcheck.ts';
import { ownedProcess } from '../../owner/owned-by-test.ts';
import type { RedisServer } from './redis-server.ts';

export interface NodeProcess {
  readonly child: ChildProcess;
  /** That of its rendezvous. */
  readonly url: string;
}

/** Starts one, which ends with the test; it is ready when this resolves. */
export async function startProcess(store: RedisServer): Promise<NodeProcess> {
  const ports = ['--port', '0', '--alt-port', '0', '--http-port', '0'];
  const words = ['serve', '--ip', '127.0.0.1', ...ports, '--redis', store.url];
  const child = ownedProcess(spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'inherit'] }));
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    url = /ws:\S+/.exec(line)?.[0] ?? url;
    if (line === 'ready') break;
  }
  child.stdout.resume();
  return { child, url };
}
