/** Why there is no lab: as data, since it may have to travel from one process to another. */
import { UsageError } from '../../../src/errors.ts';
import { NonconformingError } from '../conformance/nonconforming-error.ts';

export interface LabFailure {
  /** `unavailable`: nothing is wrong with natcheck or its use, but this machine has not what the lab needs. */
  readonly kind: 'usage' | 'unavailable' | 'nonconforming' | 'bug';
  /** For a person; of a bug with the stack. */
  readonly message: string;
}

export function failureOf(error: unknown): LabFailure {
  if (!(error instanceof Error)) return { kind: 'bug', message: String(error) };
  const { message, stack = message } = error;
  if (error instanceof UsageError) return { kind: 'usage', message };
  if (error instanceof NonconformingError) return { kind: 'nonconforming', message };
  return isMistake(error) ? { kind: 'bug', message: stack } : { kind: 'unavailable', message };
}

/** What the language itself throws: code that is wrong, not a machine that lacks something. */
function isMistake(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);
}
