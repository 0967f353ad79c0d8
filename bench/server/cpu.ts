/** Which core a program runs on, and how long it has run, as Linux tells. */
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { findProgram } from '../../lab/docker/engine/provision.ts';

/** The server has a core for itself, and so has whoever asks it, where there are two cores and `taskset`. */
export const SERVER_CORE = 0;
export const ASKER_CORE = 1;

/** Whether programs can be held to a core each. */
export async function canPin(): Promise<boolean> {
  return availableParallelism() > 1 && (await findProgram('taskset')) !== undefined;
}

/** The command that runs another one on some cores only. */
export function pinnedTo(cores: readonly number[], argv: readonly string[]): readonly string[] {
  return ['taskset', '-c', cores.join(','), ...argv];
}

/** Seconds of CPU that a process and all below it have used, threads included, from the scheduler's own count in nanoseconds. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const used = await Promise.all(tasks.map((task) => cpuSecondsOfTask(`/proc/${pid}/task/${task}`)));
  return used.reduce((sum, one) => sum + one, 0);
}

async function cpuSecondsOfTask(task: string): Promise<number> {
  const read = (name: string): Promise<string> => readFile(`${task}/${name}`, 'utf8').catch(() => '');
  const [ran = '0'] = (await read('schedstat')).split(' ');
  const children = (await read('children')).split(' ').filter((pid) => pid !== '');
  const below = await Promise.all(children.map((pid) => cpuSecondsOf(Number(pid)).catch(() => 0)));
  return below.reduce((sum, one) => sum + one, Number(ran) / 1e9);
}

/** How many wait for a core, as the kernel averages it over the last minute. */
export async function loadAverage(): Promise<string> {
  return (await readFile('/proc/loadavg', 'utf8')).split(' ')[0] ?? '';
}
