/** Runs the user's program in the foreground: the streams of this process are its own, and so are the signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Context, Signal } from '../../command.ts';

/** What shells add to the number of the signal that has ended a program. */
const BY_SIGNAL = 128;
/** How long a program that is stopped has to end before the system ends it. */
const STOP_GRACE_MS = 5_000;

export interface ProgramOptions {
  /** The program and its arguments. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly takeSignals: Context['takeSignals'];
  /** Whether a Ctrl-C reaches the program by its terminal, so that it is not to be passed on as well. */
  readonly isOnTerminal: boolean;
  /** Ends the program by SIGTERM, and by SIGKILL where it has not ended `stopGraceMs` later. */
  readonly stop?: AbortSignal | undefined;
  readonly stopGraceMs?: number;
  /** Called once when a signal cannot be sent to the program, as where it runs as another user. */
  readonly onUnreachable: () => void;
}

/**
 * Returns the exit code of the program, 128 + n when signal n has ended it.
 * @throws the system's error (ENOENT, EACCES, …) when it cannot be started.
 */
export async function runProgram(options: ProgramOptions): Promise<number> {
  const { words, env, takeSignals, isOnTerminal, onUnreachable } = options;
  const [command = '', ...args] = words;
  const child = spawn(command, args, { stdio: 'inherit', env: { ...env } });
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? BY_SIGNAL + (signal ? constants.signals[signal] : 0)));
  });
  const passOn = (signal: Signal): void => {
    if (signal !== 'SIGINT' || !isOnTerminal) child.kill(signal);
  };
  using _ = takeSignals(passOn);
  await once(child, 'spawn');
  // From now on an error is that of a signal, and the program goes on.
  child.once('error', onUnreachable).on('error', () => {});
  using _stopping = stopping(child, options);
  return await exited;
}

/** Stops the program when that is wanted, until this is disposed of. */
function stopping(child: ChildProcess, { stop, stopGraceMs = STOP_GRACE_MS }: ProgramOptions): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    timer = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
  };
  stop?.addEventListener('abort', end, { once: true });
  if (stop?.aborted) end();
  return {
    [Symbol.dispose]: () => {
      stop?.removeEventListener('abort', end);
      clearTimeout(timer);
    },
  };
}
