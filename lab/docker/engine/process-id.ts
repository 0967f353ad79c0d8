/** What identifies a process for good: pids are reused, but not with the same start time. */
import { readFile } from 'node:fs/promises';
import { run } from './command.ts';

export interface ProcessId {
  readonly pid: number;
  /** The start time as the system writes it, good for comparison only. */
  readonly started: string;
}

/** When the process was started; undefined when there is none, or only a zombie that its parent has not collected yet. */
export async function startTime(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const line = await run('ps', ['-o', 'lstart=', '-p', `${pid}`]).catch(() => '');
    return line.trim() || undefined;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Fields 3 and 22 of proc(5), counted from after the name, which may contain blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

export async function thisProcess(): Promise<ProcessId> {
  const started = await startTime(process.pid);
  if (started === undefined) throw new Error(`the system does not know process ${process.pid}`);
  return { pid: process.pid, started };
}

export async function isAlive({ pid, started }: ProcessId): Promise<boolean> {
  return (await startTime(pid)) === started;
}
