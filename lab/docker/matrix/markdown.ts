/** The matrix as Markdown: the grid, then each cell that is not as expected, with what both sides have said. */
import type { MatrixCell } from './cell.ts';
import { type Matrix, rowsOf, wrongCells } from './matrix.ts';
import { detailWords, pairWords, resultWords, sidesWords, summaryWords } from './words.ts';
import { printable } from './xml.ts';

export function matrixMarkdown(matrix: Matrix): string {
  const { rows, columns } = matrix;
  const grid = rowsOf(matrix).map((cells, row) => [`**${plain(rows[row] ?? '')}**`, ...cells.map(cellText)]);
  const wrong = wrongCells(matrix);
  return [
    '# NAT matrix',
    '',
    `${summaryWords(matrix)}. Each row punches with each column; both sides have to say the same.`,
    '',
    line(['from ↓ to →', ...columns.map(plain)]),
    line(['---', ...columns.map(() => '---')]),
    ...grid.map(line),
    '',
    ...(wrong.length === 0 ? [] : ['## Not as expected', '', ...wrong.flatMap(section)]),
  ].join('\n');
}

function cellText(cell: MatrixCell): string {
  const result = plain(resultWords(cell));
  return `${cell.isAsExpected ? result : `**${result}**`}<br>${plain(detailWords(cell))}`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function section(cell: MatrixCell): readonly string[] {
  const sides = sidesWords(cell).flatMap((words, side) => [
    `- ${plain(words)}`,
    '',
    ...fenced(cell.sides[side]?.stderr ?? ''),
  ]);
  return [`### ${plain(`${pairWords(cell)}: ${resultWords(cell)}, ${detailWords(cell)}`)}`, '', ...sides];
}

/** Fences the text with more backticks than any run of them in it. */
function fenced(text: string): readonly string[] {
  const body = printable(text).trimEnd();
  if (body === '') return [];
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, body, fence, ''];
}

/** A name or a word of a report, on one line, with nothing in it that Markdown would interpret. */
function plain(text: string): string {
  return printable(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_<>|[\]&~#]/g, '\\$&');
}
