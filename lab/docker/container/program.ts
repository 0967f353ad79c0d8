/** Starts a program in a container that runs until it is told to stop. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Container } from 'dockerode';
import type { Program } from './container.ts';
import { attach, exec } from './exec.ts';
import { createOutput, type Output } from './output.ts';

const LINE_TIMEOUT_MS = 10_000;

/** Starts `argv`; it is killed, and its end waited for, when disposed. */
export async function startProgram(container: Container, argv: readonly string[]): Promise<Program> {
  const output = createOutput();
  // The shell says its own pid and then becomes the program: the engine's API has no way to end an exec.
  const announced = ['sh', '-c', 'echo $$; exec "$@" 2>&1', 'sh', ...argv];
  const heard = new PassThrough().on('data', (bytes: Buffer) => output.heard('stdout', bytes, performance.now()));
  const { stream } = await attach(container, announced, { stdin: true, stdout: heard, stderr: heard });
  const ended = once(stream, 'close').then(() => {
    heard.end();
    return once(heard, 'close').then(() => output.end(performance.now()));
  });
  let hasEnded = false;
  ended.then(() => {
    hasEnded = true;
  });
  const pid = await firstLine(output, ended);
  const { onLine, line } = linesOf(output, { name: argv.join(' '), ended });
  return {
    pid: Number(pid),
    ended,
    write: (text) => stream.write(`${text}\n`),
    onLine,
    line,
    async [Symbol.asyncDispose]() {
      // Fails when it has ended meanwhile, which is as good.
      if (!hasEnded) await exec(container, ['kill', '-KILL', pid]);
      stream.destroy();
      await ended;
    },
  };
}

async function firstLine({ onLine }: Output, ended: Promise<void>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  using _ = onLine(({ text }) => resolve(text));
  ended.then(() => reject(new Error('the container has no shell, or is gone')));
  return await promise;
}

/** The lines of a program's output, for whoever waits for one; of very many, the first and the latest are kept. */
function linesOf({ onLine: onOutput }: Output, { name, ended }: LinesOptions): Pick<Program, 'onLine' | 'line'> {
  const onLine: Program['onLine'] = (listener) => {
    let isFirst = true; // Which is the pid, and always kept.
    return onOutput(({ text }) => {
      if (isFirst) isFirst = false;
      else listener(text);
    });
  };
  const line: Program['line'] = async (pattern, { timeoutMs = LINE_TIMEOUT_MS } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    using _ = onLine((candidate) => pattern.test(candidate) && resolve(candidate));
    const fail = (why: string): void => {
      const said: string[] = [];
      onLine((candidate) => said.push(candidate))[Symbol.dispose]();
      reject(new Error(`${name}: ${why}, no ${pattern}\n${said.join('\n')}`));
    };
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

interface LinesOptions {
  readonly name: string;
  readonly ended: Promise<void>;
}
