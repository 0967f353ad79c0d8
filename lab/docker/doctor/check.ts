/** What `natcheck lab doctor` finds: plain data, schema natcheck.lab-doctor/1. */

export const DOCTOR_SCHEMA = 'natcheck.lab-doctor/1';

export interface Check {
  readonly name: string;
  /** `unknown`: it could not be tried; `found` says why. */
  readonly status: 'ok' | 'missing' | 'unknown';
  /** What was seen, in one line. */
  readonly found: string;
  /** Whether no lab runs without it. */
  readonly isRequired: boolean;
  /** What the lab has it for. */
  readonly purpose: string;
  /** A command, or what else to do; null where nothing is to be done. */
  readonly remedy: string | null;
}

export interface DoctorReport {
  readonly schema: typeof DOCTOR_SCHEMA;
  /** Whether nothing that a lab needs is missing. What could not be tried stands in nobody's way. */
  readonly canRun: boolean;
  readonly checks: readonly Check[];
}

export function doctorReport(checks: readonly Check[]): DoctorReport {
  const canRun = checks.every(({ isRequired, status }) => !isRequired || status !== 'missing');
  return { schema: DOCTOR_SCHEMA, canRun, checks };
}
