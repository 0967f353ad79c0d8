/** The matrix of a punch as a grid. */
import type { Grid, GridCell, GridOutput } from '../../results/grid.ts';
import type { MatrixCell } from './cell.ts';
import type { Matrix } from './matrix.ts';
import { detailWords, familyWords, resultWords, sidesWords, summaryWords } from './words.ts';

export function gridOfMatrix(matrix: Matrix): Grid {
  const { rows, columns, elapsedMs, cells } = matrix;
  return {
    title: 'NAT matrix',
    headline: summaryWords(matrix),
    note: 'Each row punches with each column; both sides have to say the same.',
    corner: 'from ↓ to →',
    about: [],
    suite: { name: 'natcheck lab matrix', className: 'natcheck.lab.matrix' },
    rows,
    columns,
    elapsedMs,
    cells: cells.map(gridCell),
  };
}

function gridCell(cell: MatrixCell): GridCell {
  const { a, b, isAsExpected, actual } = cell;
  const family = familyWords(cell);
  const result = resultWords(cell);
  return {
    a,
    b,
    result,
    detail: detailWords(cell),
    frame: !isAsExpected ? 'wrong' : actual.outcome === 'failed' ? 'closed' : 'open',
    isAsExpected,
    outcome: actual.outcome,
    ms: actual.ms,
    properties: family === null ? [] : [{ name: 'family', value: family }],
    facts: [],
    tries: [{ result, isAsExpected, facts: [], outputs: outputsOf(cell), ladder: null }],
  };
}

function outputsOf(cell: MatrixCell): readonly GridOutput[] {
  return sidesWords(cell).map((title, side) => ({
    title,
    lines: (cell.sides[side]?.stderr ?? '').split(/\r\n?|\n/).map((text) => ({ atMs: null, isError: true, text })),
  }));
}
