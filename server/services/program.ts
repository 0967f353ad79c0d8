/** Starts a process that is a worker, and nothing else. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** It stands beside this file: in the sources, in what is built of them, and where that is joined into few files. */
const NAMES = ['worker.ts', 'worker.js'];

export function forkWorker(): ChildProcess {
  const program = NAMES.map((name) => fileURLToPath(new URL(name, import.meta.url))).find((path) => existsSync(path));
  if (program === undefined) throw new Error('the program of the workers is missing');
  // Its standard output is that of `natcheck serve`, which belongs to the first process.
  return fork(program, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}
