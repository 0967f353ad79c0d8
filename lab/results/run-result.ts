/** The result of a lab file: plain data, schema `natcheck.lab-run/1`. */
import type { Ladder } from '../witness/ladder.ts';
import type { PathSeen } from '../witness/path-seen.ts';

export const RUN_SCHEMA = 'natcheck.lab-run/1';

export interface RunResult {
  readonly schema: typeof RUN_SCHEMA;
  /** As the lab file has it. */
  readonly name: string;
  /** What else readers should know of the run, such as what success is, or versions: each in a line. */
  readonly about?: readonly { readonly name: string; readonly value: string }[];
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Whether every cell that is there is as expected. */
  readonly isAsExpected: boolean;
  /** How many pairs were to run: all, or those that `--only` names. */
  readonly pairs: number;
  /** Whether all of those have run. */
  readonly isComplete: boolean;
  /** From the start of the first pair to the end of the last. */
  readonly elapsedMs: number;
  /** Row by row; those that were left out by `--only`, or not reached, are not there. */
  readonly cells: readonly RunCell[];
}

export interface RunCell {
  readonly a: string;
  readonly b: string;
  readonly expected: ExpectedCell;
  readonly isAsExpected: boolean;
  /** As many as `--repeat` says; one without. */
  readonly tries: readonly [Try, ...Try[]];
}

export interface ExpectedCell {
  readonly outcome: 'direct' | 'relayed' | 'any-path' | 'none' | 'anything';
  /** Why, in a few words, such as `by simultaneous opening`, `as the lab file says`. */
  readonly why: string;
}

/**
 * `direct`, `relayed`: the program succeeded, and the routers saw its bytes go that way. `unseen`: it claims success, but
 * nothing of one side was seen to reach the other, or no more than it takes to meet. `none`: it did not succeed in time. `error`: it could not be run.
 */
export type Outcome = 'direct' | 'relayed' | 'unseen' | 'none' | 'error';

export interface Try {
  readonly outcome: Outcome;
  readonly isAsExpected: boolean;
  /** What was missing, or what went wrong, in one sentence; null if the program succeeded. */
  readonly reason: string | null;
  /** From the start of the sides until the last condition was met, rounded; null if it was not. */
  readonly ms: number | null;
  /** Null where nothing was watched. */
  readonly path: PathSeen | null;
  readonly ladder: Ladder | null;
  readonly sides: readonly SideEnd[];
  /** Faults as they happened, from the start of the sides; at last, without a time, those that did not happen, and why. */
  readonly faults: readonly { readonly atMs: number | null; readonly what: string }[];
}

export interface SideEnd {
  /** `a` to `h`, or the name of a helper. */
  readonly name: string;
  /** Null if the lab ended it. */
  readonly exitCode: number | null;
  /** Bounded: the first and the last lines, with a line between them that says how much is left out. */
  readonly output: readonly OutputLine[];
}

export interface OutputLine {
  /** From the start of the sides. */
  readonly atMs: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}
