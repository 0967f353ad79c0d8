/**
 * A command line that runs in the process of the test: all of natcheck but what cli/main.ts and cli/process.ts do, and without the half
 * second that a process takes to start.
 */
import { EventEmitter, on, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Signal } from '../../cli/command.ts';
import { COMMANDS } from '../../cli/commands/index.ts';
import { type Host, run } from '../../cli/run.ts';
import { ownedByTest } from '../owner/owned-by-test.ts';
import type { Ended, Running } from './natcheck.ts';

type Env = Readonly<Record<string, string>>;

function start(words: readonly string[], env: Env) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const signals = new EventEmitter();
  const host = Object.assign(signals, { stdout, stderr, env: { ...process.env, ...env } }) as unknown as Host;
  const outcome = run(words, { host, commands: COMMANDS }).finally(() => {
    stdout.end();
    stderr.end();
  });
  return { stdout, stderr, signals, outcome };
}

/** Runs it to its end. @throws what the process would take for a bug. */
export async function natcheckHere(words: readonly string[], env: Env = {}): Promise<Ended> {
  const { stdout, stderr, outcome } = start(words, env);
  const [out, err, end] = await Promise.all([text(stdout), text(stderr), outcome]);
  if (end.kind === 'bug') throw end.error;
  return {
    ...(end.kind === 'exit' ? { code: end.code, signal: null } : { code: null, signal: end.signal }),
    ...{ stdout: out, stderr: err },
  };
}

/** A command line that goes on until a signal ends it, and takes others before. */
export interface RunningHere extends AsyncDisposable {
  /** What it wrote to stdout up to the line `ready`, without it. */
  readonly ready: Promise<readonly string[]>;
  readonly signal: (name: Signal) => void;
  /** Resolves when what it has written to stderr so far matches. */
  readonly said: (pattern: RegExp) => Promise<void>;
  readonly end: (name: Signal) => Promise<{ readonly code: number | null; readonly stderr: string }>;
}

export async function startHere(words: readonly string[], env: Env = {}): Promise<RunningHere> {
  const { stdout, stderr, signals, outcome } = start(words, env);
  let spoken = '';
  stderr.on('data', (chunk) => {
    spoken += String(chunk);
  });
  const end = async (name: Signal) => {
    signals.emit(name);
    const ended = await outcome;
    if (ended.kind === 'bug') throw ended.error;
    return { code: ended.kind === 'exit' ? ended.code : null, stderr: spoken };
  };
  return ownedByTest({
    ready: linesUntilReady(stdout),
    signal: (name: Signal) => void signals.emit(name),
    said: async (pattern: RegExp) => {
      while (!pattern.test(spoken)) await once(stderr, 'data');
    },
    end,
    [Symbol.asyncDispose]: async () => void (await Promise.all([end('SIGTERM'), end('SIGTERM')])),
  });
}

async function linesUntilReady(stdout: PassThrough): Promise<readonly string[]> {
  let said = '';
  for await (const [chunk] of on(stdout, 'data', { close: ['end'] })) {
    said += String(chunk);
    if (said.endsWith('ready\n')) return said.split('\n').slice(0, -2);
  }
  throw new Error(said);
}

/** Runs it until it says `ready`. */
export async function natcheckReadyHere(words: readonly string[], env: Env = {}): Promise<Omit<Running, 'child'>> {
  const { stdout, stderr, signals, outcome } = start(words, env);
  const errors = text(stderr);
  const end = async (signal: 'SIGINT' | 'SIGTERM') => {
    signals.emit(signal);
    const ended = await outcome;
    return { code: ended.kind === 'exit' ? ended.code : null, signal: null, stderr: await errors };
  };
  const running = ownedByTest({ end, [Symbol.asyncDispose]: async () => void (await end('SIGTERM')) });
  let said = '';
  for await (const [chunk] of on(stdout, 'data', { close: ['end'] })) {
    said += String(chunk);
    if (said.endsWith('ready\n')) return { lines: said.split('\n').slice(0, -2), ...running };
  }
  throw new Error(await errors);
}
