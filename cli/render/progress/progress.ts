/** Shows the steps of long work on stderr: as a spinner on a terminal, as lines that stay elsewhere. */
import { visible } from '../../../src/visible.ts';
import type { Context } from '../../command.ts';
import { createSpinner } from './spinner.ts';

export interface ProgressOutput extends Disposable {
  line(text: string): void;
}

/** Goes on when the work is told to end, since ending takes time and is shown too. */
export async function createProgress({
  spinner: isShown,
  stderr,
  streams,
}: Pick<Context, 'spinner' | 'stderr' | 'streams'>): Promise<ProgressOutput> {
  if (!isShown) return { line: (text) => stderr.write(`${visible(text)}\n`), [Symbol.dispose]() {} };
  const spinner = await createSpinner({ stderr, streams });
  return { line: spinner.say, [Symbol.dispose]: () => spinner[Symbol.dispose]() };
}
