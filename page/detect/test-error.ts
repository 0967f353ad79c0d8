/** Why a test of this browser has come to no report. */
import type { Problem } from '../text.ts';

/** Why there is no report, as far as the page can tell; the message has what the other side has said. */
export class TestError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, message = '') {
    super(message);
    this.problem = problem;
  }
}

/** Waits for what should not take longer. @throws TestError with that problem when it does. */
export async function within<T>(ms: number, problem: Problem, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new TestError(problem)), ms);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
