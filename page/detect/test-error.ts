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
