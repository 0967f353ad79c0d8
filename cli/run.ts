/** Runs one command line: signals become an AbortSignal, and wrong use becomes one line of text. */

import { UsageError } from '../src/errors.ts';
import { visible } from '../src/visible.ts';
import type { Commands, Context, Signal } from './command.ts';
import { type Terminal, terminalContext } from './context.ts';
import { dispatch } from './dispatch.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { textOutput } from './output.ts';
import { hang } from './render/layout/wrap.ts';

const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export type Outcome =
  | { readonly kind: 'exit'; readonly code: ExitCode }
  /** The command ended because of the signal. */
  | { readonly kind: 'interrupted'; readonly signal: Signal }
  | { readonly kind: 'bug'; readonly error: unknown };

/** The part of `process` that is needed. */
export interface Host extends Terminal {
  on(signal: Signal, handler: () => void): unknown;
  off(signal: Signal, handler: () => void): unknown;
}

/** Runs a command line, and never throws. The first signal aborts the command; a second one ends the process at once, since it finds no handler. */
export async function run(
  words: readonly string[],
  { host, commands }: { readonly host: Host; readonly commands: Commands },
): Promise<Outcome> {
  using signals = listenForSignals(host);
  const { signal, takeSignals } = signals;
  try {
    const context = terminalContext(host, { words, signal, takeSignals });
    const code = await dispatch(words, { commands, context });
    return { kind: 'exit', code };
  } catch (error) {
    const received = signals.received();
    if (received !== null && error === signal.reason) return { kind: 'interrupted', signal: received };
    if (!(error instanceof UsageError)) return { kind: 'bug', error };
    const stderr = textOutput(host.stderr, { color: false });
    stderr.write(`${hang('natcheck: ', visible(error.message), stderr.columns)}\n`);
    return { kind: 'exit', code: EXIT.usage };
  }
}

interface Signals extends Disposable, Pick<Context, 'signal' | 'takeSignals'> {
  /** Returns the signal that has aborted the command; null before one has. */
  readonly received: () => Signal | null;
}

/** Listens until this is disposed of, or a signal comes that the command does not take. */
function listenForSignals(host: Host): Signals {
  const abort = new AbortController();
  let taker: Parameters<Context['takeSignals']>[0] | null = null;
  let received: Signal | null = null;
  const handlers = SIGNALS.map((signal) => ({ signal, handler: () => receive(signal) }));
  const release = (): void => {
    for (const { signal, handler } of handlers) host.off(signal, handler);
  };
  const interrupt = (signal: Signal): void => {
    received = signal;
    release();
    abort.abort();
  };
  const receive = (signal: Signal): void => {
    if (!taker || taker(signal) === 'pass') interrupt(signal);
  };
  for (const { signal, handler } of handlers) host.on(signal, handler);
  const takeSignals: Context['takeSignals'] = (take) => {
    taker = take;
    return {
      [Symbol.dispose]: () => {
        taker = null;
      },
    };
  };
  return { signal: abort.signal, takeSignals, received: () => received, [Symbol.dispose]: release };
}
