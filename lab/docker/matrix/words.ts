/** A cell in words, the same in every form that the matrix is written in. */
import { formatOdds } from '../../../src/punch/attempt/plan-text.ts';
import { timeWords } from '../../results/amounts.ts';
import { WRONG_MARK } from '../../results/grid.ts';
import { headlineOf } from '../../results/headline.ts';
import type { Both, MatrixCell, PunchedSide } from './cell.ts';
import type { Matrix } from './matrix.ts';

/** Such as `direct 12 ms`, `direct 12 ms, IPv6`, `no path`, `one-sided`; with the mark when it is not as expected. */
export function resultWords(cell: MatrixCell): string {
  return cell.isAsExpected ? endWords(cell) : `${WRONG_MARK} ${endWords(cell)}`;
}

function endWords(cell: MatrixCell): string {
  const { outcome, reasons, ms } = cell.actual;
  switch (outcome) {
    case 'failed':
      return reasons.some((reason) => reason !== null) ? spaced(together(reasons)) : 'failed';
    case 'one-sided':
      return outcome;
    case 'no-report':
      return spaced(outcome);
    default: {
      const family = familyWords(cell);
      return `${outcome}${ms === null ? '' : ` ${timeWords(ms)}`}${family === null ? '' : `, ${family}`}`;
    }
  }
}

/** The families of both sides' paths, or one when they are the same; null where there is no path, or IPv4 alone. */
export function familyWords({ actual: { families } }: MatrixCell): string | null {
  return families?.some((one) => one !== null) ? together(families) : null;
}

/** Beside the result: how there is a path, what a pair without one needs, or what was expected instead. */
export function detailWords(cell: MatrixCell): string {
  const { expected, actual, isAsExpected } = cell;
  if (!isAsExpected) return `expected ${expectedWords(cell)}`;
  if (actual.outcome === 'failed') return expected.technique === null ? '' : `needs ${expected.technique}`;
  const { probability } = expected;
  const odds = probability !== null && probability > 0 && probability < 1 ? `, ${formatOdds(probability)}` : '';
  return `${together(actual.techniques)}${odds}`;
}

/** `direct`, or why not, such as `no path`. */
export function expectedWords({ expected: { outcome, reasons } }: MatrixCell): string {
  if (outcome !== 'failed') return spaced(outcome);
  return reasons === null ? 'no path' : spaced(together(reasons));
}

/** What one side reports, such as `direct by simultaneous-open after 12 ms, exit 0`; a failure with what was tried. */
export function sideWords({ report, exitCode }: PunchedSide): string {
  if (report === null) return `no report, exit ${exitCode}`;
  const { outcome, reason, technique, elapsedMs } = report;
  const why = reason === null ? '' : ` (${reason})`;
  const how = technique === null ? '' : ` ${outcome === 'failed' ? 'with' : 'by'} ${technique}`;
  return `${outcome}${why}${how} after ${timeWords(elapsedMs)}, exit ${exitCode}`;
}

/** Both sides of a cell, the row's first, each with its name. */
export function sidesWords({ a, b, sides }: MatrixCell): Both<string> {
  return [`row ${a}: ${sideWords(sides[0])}`, `column ${b}: ${sideWords(sides[1])}`];
}

/** One line for all. */
export function summaryWords({ rows, columns, elapsedMs, cells }: Matrix): string {
  const right = cells.filter(({ isAsExpected }) => isAsExpected).length;
  return headlineOf({ right, done: cells.length, elapsedMs, leftOut: rows.length * columns.length - cells.length });
}

/** Both values, or one when they are the same. */
function together(values: Both<string | null>): string {
  return [...new Set(values)].map((value) => value ?? '-').join(' / ');
}

function spaced(code: string): string {
  return code.replaceAll('-', ' ');
}
