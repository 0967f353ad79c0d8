/** The processes of a server that is a program. */
import { type ChildProcess, spawnSync } from 'node:child_process';

/** The ids of its workers. */
export function childrenOf({ pid }: ChildProcess): readonly number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', `${pid}`], { encoding: 'utf8' });
  return stdout.trim().split(/\s+/).map(Number);
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
