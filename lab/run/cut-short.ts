/** The end of a run before all of its pairs had run. */
import type { RunResult } from '../results/run-result.ts';

/** Has what the pairs that were finished came to; `cause` is why there are no more. */
export class CutShortError extends Error {
  override readonly name = 'CutShortError';
  readonly result: RunResult;

  constructor(result: RunResult, cause: unknown) {
    super('the run was cut short', { cause });
    this.result = result;
  }
}
