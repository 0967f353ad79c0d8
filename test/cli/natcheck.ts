/** The command line tool as a process of its own, as it is built. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import { ownedProcess } from '../owner/owned-by-test.ts';

/** What Node is given; built.ts has made it. */
export const MAIN = inject('builtMain');
/** The same, not built, for a process in which a source is changed. */
export const SOURCE_MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** Returns what to run in this environment. */
export function mainIn({ NATCHECK_TEST_MAIN = MAIN }: Readonly<Record<string, string>>): string {
  return NATCHECK_TEST_MAIN;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  /** A command that becomes the one that is given to it, such as `unshare --uts`; default: none. */
  readonly within?: readonly string[];
}

function start(words: readonly string[], env: Record<string, string>, { within = [] }: StartOptions = {}) {
  const [program = '', ...argv] = [...within, process.execPath, mainIn(env), ...words];
  const child = ownedProcess(
    spawn(program, argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    }),
  );
  const { stdout, stderr } = child;
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  return { child, stdout, stderr, closed };
}

/** Runs it to its end. */
export async function natcheck(words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const { stdout, stderr, closed } = start(words, env);
  const [out, err, [code, signal]] = await Promise.all([text(stdout), text(stderr), closed]);
  return { code, signal, stdout: out, stderr: err };
}

export interface Started extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when what it has written to stderr so far matches. */
  said(pattern: RegExp): Promise<void>;
  /** What it has written to stderr so far. */
  spoken(): string;
  /** Its own end. */
  readonly ended: Promise<Ended>;
  /** Sends the signal and waits for the end. */
  end(signal: 'SIGINT' | 'SIGTERM'): Promise<Ended>;
}

/** Starts it and lets it run. */
export function natcheckStarted(
  words: readonly string[],
  env: Record<string, string> = {},
  options: StartOptions = {},
): Started {
  const { child, stdout, stderr, closed } = start(words, env, options);
  let spoken = '';
  const listeners = new Set<() => void>();
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    spoken += chunk;
    for (const listener of listeners) listener();
  });
  const output = Promise.all([text(stdout), once(stderr, 'end').then(() => spoken)]);
  const ended = Promise.all([closed, output]).then(
    ([[code, signal], [out, err]]): Ended => ({ code, signal, stdout: out, stderr: err }),
  );
  return {
    pid: child.pid ?? 0,
    ended,
    spoken: () => spoken,
    said: (pattern) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (pattern.test(spoken)) resolve();
        };
        listeners.add(check);
        check();
      }),
    end: async (name) => {
      child.kill(name);
      return ended;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

export interface Running extends AsyncDisposable {
  /** What it wrote to stdout up to the line `ready`, without it. */
  readonly lines: readonly string[];
  readonly child: ChildProcess;
  /** Sends the signal and waits for the end. */
  end(signal: 'SIGINT' | 'SIGTERM'): Promise<Pick<Ended, 'code' | 'signal' | 'stderr'>>;
}

/** Runs it until it says `ready`. */
export async function natcheckReady(words: readonly string[], env: Record<string, string> = {}): Promise<Running> {
  const { child, stdout, stderr, closed } = start(words, env);
  const errors = text(stderr);
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdout })) {
    if (line === 'ready') break;
    lines.push(line);
  }
  if (child.exitCode !== null) throw new Error(await errors);
  return {
    lines,
    child,
    end: async (name) => {
      child.kill(name);
      const [code, signal] = await closed;
      return { code, signal, stderr: await errors };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
