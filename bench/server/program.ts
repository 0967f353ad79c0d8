/** A program that runs beside the benchmark until its disposal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cpuSecondsOf } from './cpu.ts';

export interface Program extends AsyncDisposable {
  readonly cpuSeconds: () => Promise<number>;
}

/**
 * Starts it, and waits for a line of its output that matches.
 * @throws Error with what it has said when it ends before.
 */
export async function startProgram(
  [program = '', ...words]: readonly string[],
  { ready, env = {} }: { readonly ready: RegExp; readonly env?: Readonly<Record<string, string>> },
): Promise<Program> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const ended = once(child, 'close');
  const { pid = 0 } = child;
  const said: string[] = [];
  const isReady = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        if (said.push(line) > 100) said.shift();
        if (ready.test(line)) resolve();
      });
    }
  });
  const early = ended.then(() => {
    throw new Error(`${program} ${words.join(' ')} has ended:\n${said.join('\n')}`);
  });
  await Promise.race([isReady, early]);
  early.catch(() => {});
  return {
    cpuSeconds: () => cpuSecondsOf(pid),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
