/** Runs the user's program in the foreground: the streams of this process are its own, and so are the signals. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Context, Signal } from '../../command.ts';

/** What shells add to the number of the signal that has ended a program. */
const BY_SIGNAL = 128;

export interface ProgramOptions {
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly takeSignals: Context['takeSignals'];
  /** Whether a Ctrl-C reaches the program by its terminal, so that it is not to be passed on as well. */
  readonly isOnTerminal: boolean;
  /** Ends the program by SIGTERM. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Returns the exit code of the program, 128 + n when signal n has ended it.
 * @throws the system's error (ENOENT, EACCES, …) when it cannot be started.
 */
export async function runProgram({ words, env, takeSignals, isOnTerminal, stop }: ProgramOptions): Promise<number> {
  const [command = '', ...args] = words;
  const child = spawn(command, args, { stdio: 'inherit', env: { ...env } });
  const end = (): void => void child.kill('SIGTERM');
  const passOn = (signal: Signal): void => {
    if (signal !== 'SIGINT' || !isOnTerminal) child.kill(signal);
  };
  using _ = takeSignals(passOn);
  stop?.addEventListener('abort', end, { once: true });
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? BY_SIGNAL + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    stop?.removeEventListener('abort', end);
  }
}
