/** A moment of a try that a condition waits for. */
import { unlessAborted } from '../../../src/net/waits.ts';
import type { When } from '../../file/lab-file.ts';
import type { Output } from '../program/output.ts';

export interface MomentOptions {
  /** When the try began, by `performance.now()`. */
  readonly startedAt: number;
  /** Of a side or helper. */
  readonly output: (name: string) => Pick<Output, 'find'>;
  /** Aborts at the end of the try. */
  readonly signal: AbortSignal;
}

/** Resolves when it has come. @throws NoSuchLineError once its line will not come any more; the signal's reason. */
export async function untilMoment(when: When, { startedAt, output, signal }: MomentOptions): Promise<void> {
  const from = when.kind === 'time' ? startedAt : await lineOf(when, { startedAt, output });
  const { promise: come, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, from + when.afterMs - performance.now()));
  try {
    await unlessAborted(come, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** When the line came. */
async function lineOf(
  { of, pattern }: When & { readonly kind: 'line' },
  { startedAt, output }: Omit<MomentOptions, 'signal'>,
): Promise<number> {
  const looked = { what: `${pattern} in what ${of} prints`, from: startedAt };
  await output(of).find((text) => pattern.test(text) || undefined, looked);
  return performance.now();
}
