/** What a condition is watched by, and how it is told. */
import type { Program } from '../../docker/container/container.ts';
import type { SideName, When } from '../../file/lab-file.ts';
import type { Template } from '../../file/template.ts';
import type { Output } from '../program/output.ts';

/** What a condition is asked of. */
export interface Watched {
  readonly output: (side: SideName) => Output;
  /** With the exit code of a side's program. */
  readonly ended: (side: SideName) => Promise<number>;
  /** Once the program of a side has ended; null before. */
  readonly exitCode: (side: SideName) => number | null;
  /** Fills in a template of a side. */
  readonly resolve: (template: Template, side: SideName) => Promise<string>;
  /** Runs one of the lab's own programs beside that of a side; it ends with the try. */
  readonly probe: (side: SideName, argv: readonly string[]) => Promise<Program>;
  /** Resolves when it makes sense to ask for ports and send bytes. */
  readonly mayProbe: Promise<void>;
  /** Resolves at a moment of the try. @throws NoSuchLineError once its line will not come any more. */
  readonly until: (when: When) => Promise<void>;
}

export interface WatchedCondition {
  /** @throws MissedError as soon as it cannot be met any more. */
  readonly met: Promise<void>;
  /** What is missing, such as `b did not print /connected/`. */
  readonly missing: () => string;
}

/** A condition that cannot be met any more; the message is the sentence that says why. */
export class MissedError extends Error {
  override readonly name = 'MissedError';
}
