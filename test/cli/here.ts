/**
 * A command line that runs in the process of the test: all of natcheck but what cli/main.ts and cli/process.ts do, and without the half
 * second that a process takes to start.
 */
import { EventEmitter, on } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
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
