/** What the actions of `natcheck lab` share: their shape, and how they end when there is no lab. */

import { beforeInterrupt } from '../../../lab/docker/engine/interrupt.ts';
import { failureOf, type LabFailure } from '../../../lab/docker/keeper/failure.ts';
import { LabFileError } from '../../../lab/file/lab-file-error.ts';
import { UsageError } from '../../../src/errors.ts';
import { firstThrown } from '../../../src/net/owner.ts';
import { visibleLines } from '../../../src/visible.ts';
import type { Context } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';

export interface LabWords {
  readonly place: string | undefined;
  readonly command: readonly string[];
  readonly clients: number;
  readonly all: boolean | undefined;
  /** Names of accesses, each as `accessNamed` has it. */
  readonly nat: readonly string[] | undefined;
  /** The image that clients run. */
  readonly image: string | undefined;
  readonly hard: boolean | undefined;
  readonly json: boolean | undefined;
  readonly out: string | undefined;
  /** Pairs, as `A × B`. */
  readonly only: readonly string[] | undefined;
  readonly repeat: number | undefined;
  /** Whether the first pair that goes wrong is left up. */
  readonly keep: boolean | undefined;
  /** A directory for what the routers capture. */
  readonly pcap: string | undefined;
}

export type LabAction = (words: LabWords, context: Context) => Promise<ExitCode>;

/** Turns a failure into the end of the command. @throws UsageError for what one line can say, Error for a bug. */
export function fail({ kind, message }: LabFailure, { stderr }: Pick<Context, 'stderr'>): ExitCode {
  switch (kind) {
    case 'usage':
      throw new UsageError(message);
    case 'unavailable':
      stderr.write(`natcheck: ${visibleLines(message)}\n`);
      return EXIT.usage;
    case 'nonconforming':
      stderr.write(`natcheck: ${visibleLines(message)}\n`);
      return EXIT.inconclusive;
    case 'bug':
      throw new Error(message);
  }
}

/**
 * Does work with containers. Its failures are told apart from bugs. A signal ends the process only when the work has ended,
 * and then by that signal.
 */
export async function withLab(
  { signal, stderr }: Pick<Context, 'signal' | 'stderr'>,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await beforeInterrupt(work);
  } catch (thrown) {
    signal.throwIfAborted();
    const error = firstThrown(thrown);
    if (error instanceof LabFileError) {
      // As compilers do, so that editors find the places.
      stderr.write(`${error.message}\n`);
      return EXIT.usage;
    }
    const failure = failureOf(error);
    if (failure.kind === 'bug') throw error;
    return fail(failure, { stderr });
  }
}
