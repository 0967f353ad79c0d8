/** Renders what `natcheck lab doctor` has found: a line for each check, and what to do about those that are not ok. */
import { Chalk, type ChalkInstance } from 'chalk';
import type { Check, DoctorReport } from '../../../lab/docker/doctor/check.ts';
import { alignColumns } from '../../render/layout/table.ts';
import { visibleIn } from '../../render/layout/visible-in.ts';
import { hang } from '../../render/layout/wrap.ts';

export interface RenderDoctorOptions {
  readonly color: boolean;
  /** The terminal's width; null or left out where there is no terminal. */
  readonly columns?: number | null;
}

/** Returns lines without a trailing newline, in which a command to copy is never broken. */
export function renderDoctor(given: DoctorReport, { color, columns = null }: RenderDoctorOptions): string {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const { checks, canRun } = visibleIn(given);
  const rows = checks.map((check) => [statusWords(check, paint), check.name, check.found]);
  return [
    ...alignColumns(rows, { columns }),
    ...remediesOf(checks).flatMap((check) => ['', ...remedyLines(check, columns)]),
    '',
    canRun ? 'A lab can run here.' : 'No lab can run here yet.',
  ].join('\n');
}

function statusWords({ status, isRequired }: Check, paint: ChalkInstance): string {
  switch (status) {
    case 'ok':
      return paint.green('ok');
    case 'missing':
      return isRequired ? paint.red('missing') : paint.yellow('missing');
    case 'unknown':
      return paint.dim('unknown');
  }
}

/** What the lab cannot do without comes first. A private engine is wanted only where there is no other. */
function remediesOf(checks: readonly Check[]): readonly Check[] {
  const hasEngine = checks.some(
    ({ isRequired, status, name }) => isRequired && name === 'container engine' && status === 'ok',
  );
  const open = checks.filter(({ name, status, remedy }) => {
    return status !== 'ok' && remedy !== null && !(hasEngine && name === 'private engine');
  });
  return [...open.filter(({ isRequired }) => isRequired), ...open.filter(({ isRequired }) => !isRequired)];
}

function remedyLines({ name, purpose, status, isRequired, remedy }: Check, columns: number | null): readonly string[] {
  const use = `${isRequired ? 'needed for' : 'for'} ${purpose}`;
  return [
    hang(`${name}  `, `(${use})`, columns),
    `  ${status === 'unknown' ? 'to find out' : 'what to do'}: ${remedy}`,
  ];
}
