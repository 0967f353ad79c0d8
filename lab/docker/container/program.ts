/** A program that runs in a container until it is told to stop; it is talked to by lines. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { Container } from 'dockerode';
import { exec } from './exec.ts';

const LINE_TIMEOUT_MS = 10_000;

export interface Program extends AsyncDisposable {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Writes one line to its stdin. */
  write(line: string): void;
  /** Calls back for every line of stdout and stderr from now on, until the registration is disposed. */
  onLine(listener: (line: string) => void): Disposable;
  /** The first line that matches, of those already there and those to come. @throws Error with all lines when none does. */
  line(pattern: RegExp, options?: { readonly timeoutMs?: number }): Promise<string>;
}

/** Starts `argv`; it is killed, and its end waited for, when disposed. */
export async function startProgram(container: Container, argv: readonly string[]): Promise<Program> {
  // The shell says its own pid and then becomes the program: the engine's API has no way to end an exec.
  const cmd = ['sh', '-c', 'echo $$; exec "$@" 2>&1', 'sh', ...argv];
  const created = await container.exec({ Cmd: cmd, AttachStdin: true, AttachStdout: true, AttachStderr: true });
  const stream = await created.start({ hijack: true, stdin: true });
  const output = new PassThrough();
  container.modem.demuxStream(stream, output, output);
  const ended = once(stream, 'close').then(() => void output.end());

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
    const fail = (why: string) => reject(new Error(`${argv.join(' ')}: ${why}, no ${pattern}\n${lines.join('\n')}`));
    const timer = setTimeout(() => fail(`in ${timeoutMs} ms`), timeoutMs);
    ended.then(() => fail('ended'));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  };
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
