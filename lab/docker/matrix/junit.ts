/** The matrix as JUnit XML, for whatever shows test results: one test case for each cell. */
import type { MatrixCell } from './cell.ts';
import { type Matrix, wrongCells } from './matrix.ts';
import { detailWords, familyWords, pairWords, resultWords, sidesWords } from './words.ts';
import { escapeXml } from './xml.ts';

const SUITE = 'natcheck lab matrix';
const CLASS = 'natcheck.lab.matrix';

/** The time of a case is that of its punch, the time of the suite that of the whole run, in which pairs run side by side. */
export function matrixJunit(matrix: Matrix): string {
  const { cells, elapsedMs } = matrix;
  const counts = `tests="${cells.length}" failures="${wrongCells(matrix).length}" errors="0" skipped="0" time="${seconds(elapsedMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${SUITE}" ${counts}>`,
    `<testsuite name="${SUITE}" ${counts}>`,
    ...cells.map(testCase),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(cell: MatrixCell): string {
  const open = `<testcase classname="${CLASS}" name="${escapeXml(pairWords(cell))}" time="${seconds(cell.actual.ms ?? 0)}"`;
  const family = familyWords(cell);
  const properties =
    family === null ? '' : `\n<properties><property name="family" value="${escapeXml(family)}"/></properties>`;
  if (cell.isAsExpected) return properties === '' ? `${open}/>` : `${open}>${properties}\n</testcase>`;
  const message = `${resultWords(cell)}, ${detailWords(cell)}`;
  const failure = `<failure type="${escapeXml(cell.actual.outcome)}" message="${escapeXml(message)}">`;
  return `${open}>${properties}\n${failure}${escapeXml(failureText(cell))}</failure>\n</testcase>`;
}

function failureText(cell: MatrixCell): string {
  const said = sidesWords(cell).map((words, side) => `${words}\n${cell.sides[side]?.stderr ?? ''}`.trimEnd());
  return `${detailWords(cell)}\n${said.join('\n')}\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
