/** A spinner on stderr that turns while work goes on, if stderr is a terminal. */
import { visible } from '../../../src/visible.ts';
import type { Context } from '../../command.ts';
import { hang } from '../layout/wrap.ts';

/** What ora puts before its text. */
const TURNING_COLUMNS = 2;

export interface Spinner extends Disposable {
  /** Sets the text beside the spinner, which turns from the first call on; strangers' words are spelled out here. */
  say(text: string): void;
  /** Writes a line that stays above the spinner. */
  line(text: string): void;
  /** Shows nothing until the next text. */
  pause(): void;
}

/** Creates a spinner; with a `signal` it stops when the work is told to end. Ora is loaded only here. */
export async function createSpinner({
  stderr,
  streams,
  signal,
}: Pick<Context, 'stderr' | 'streams'> & { readonly signal?: AbortSignal }): Promise<Spinner> {
  const { default: ora } = await import('ora');
  // Where ora hides the cursor it ends the process on the first signal, to show it again, before anything is left in
  // order; and a process that is killed would leave it hidden.
  const spinner = ora({ stream: streams.stderr, discardStdin: false, hideCursor: false });
  const stop = (): void => void spinner.stop();
  signal?.addEventListener('abort', stop, { once: true });
  return {
    say: (text) => {
      const room = stderr.columns === null ? null : stderr.columns - TURNING_COLUMNS;
      spinner.text = hang('', visible(text), room).replaceAll('\n', `\n${' '.repeat(TURNING_COLUMNS)}`);
      if (!signal?.aborted) spinner.start();
    },
    line: (text) => {
      const { isSpinning } = spinner;
      spinner.stop();
      stderr.write(`${text}\n`);
      if (isSpinning) spinner.start();
    },
    pause: stop,
    [Symbol.dispose]: () => {
      signal?.removeEventListener('abort', stop);
      stop();
    },
  };
}

/** Resolves or rejects as `work` does. */
export async function withSpinner<T>(
  text: string,
  context: Pick<Context, 'spinner' | 'stderr' | 'streams' | 'signal'>,
  work: Promise<T>,
): Promise<T> {
  if (!context.spinner) return work;
  // It may reject while ora is being loaded; that is handled below.
  work.catch(() => {});
  using spinner = await createSpinner(context);
  spinner.say(text);
  return await work;
}
