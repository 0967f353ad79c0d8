/** Why there is no lab: as data, since it may have to travel from one process to another. */
import { UsageError } from '../../../src/errors.ts';
import { NonconformingError } from '../conformance/nonconforming-error.ts';

export interface LabFailure {
  /** `unavailable`: nothing is wrong with natcheck or its use, but this machine lacks what the lab needs. */
  readonly kind: 'usage' | 'unavailable' | 'nonconforming' | 'bug';
  /** A text for a person; for a bug it is the stack. */
  readonly message: string;
}

export function failureOf(error: unknown): LabFailure {
  if (!(error instanceof Error)) return { kind: 'bug', message: String(error) };
  const { message, stack = message } = error;
  if (error instanceof UsageError) return { kind: 'usage', message };
  if (error instanceof NonconformingError) return { kind: 'nonconforming', message };
  return isMistake(error) ? { kind: 'bug', message: stack } : { kind: 'unavailable', message };
}

/** Whether the language itself threw it: then the code is wrong, and not the machine. */
function isMistake(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind);
}
