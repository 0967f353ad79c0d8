/** Starts a program in a container that runs until it is told to stop. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { Container } from 'dockerode';
import type { Program } from './container.ts';
import { attach, exec } from './exec.ts';

const LINE_TIMEOUT_MS = 10_000;

/** Starts `argv`; it is killed, and its end waited for, when disposed. */
export async function startProgram(container: Container, argv: readonly string[]): Promise<Program> {
  const output = new PassThrough();
  // The shell says its own pid and then becomes the program: the engine's API has no way to end an exec.
  const announced = ['sh', '-c', 'echo $$; exec "$@" 2>&1', 'sh', ...argv];
  const { stream } = await attach(container, announced, { stdin: true, stdout: output, stderr: output });
  const ended = once(stream, 'close').then(() => void output.end());
  const { onLine, line } = linesOf(output, { name: argv.join(' '), ended });
  const pid = await line(/^\d+$/);
  return {
    ended,
    write: (text) => stream.write(`${text}\n`),
    onLine,
    line,
    async [Symbol.asyncDispose]() {
      await exec(container, ['kill', '-KILL', pid]); // Fails when it has ended by itself, which is as good.
      stream.destroy();
      await ended;
    },
  };
}

/** Keeps every line of a program's output, for whoever waits for one. */
function linesOf(
  output: NodeJS.ReadableStream,
  { name, ended }: { readonly name: string; readonly ended: Promise<void> },
): Pick<Program, 'onLine' | 'line'> {
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  createInterface({ input: output }).on('line', (line) => {
    lines.push(line);
    for (const listener of listeners) listener(line);
  });
  const onLine = (listener: (line: string) => void): Disposable => {
    listeners.add(listener);
    return { [Symbol.dispose]: () => listeners.delete(listener) };
  };
  const line: Program['line'] = async (pattern, { timeoutMs = LINE_TIMEOUT_MS } = {}) => {
    const there = lines.find((candidate) => pattern.test(candidate));
    if (there !== undefined) return there;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    using _ = onLine((candidate) => pattern.test(candidate) && resolve(candidate));
    const fail = (why: string) => reject(new Error(`${name}: ${why}, no ${pattern}\n${lines.join('\n')}`));
    const timer = setTimeout(() => fail(`in ${timeoutMs} ms`), timeoutMs);
    ended.then(() => fail('ended'));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  };
  return { onLine, line };
}
