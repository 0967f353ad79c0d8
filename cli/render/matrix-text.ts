/** What `natcheck lab matrix` shows: each pair as it is done, then the grid, and what is not as expected. */
import type { Matrix } from '../../lab/docker/matrix/matrix.ts';
import { wrongCells } from '../../lab/docker/matrix/matrix.ts';
import type { MatrixProgress } from '../../lab/docker/matrix/run.ts';
import { detailWords, pairWords, resultWords, sidesWords, summaryWords } from '../../lab/docker/matrix/words.ts';
import { pairGrid } from './punch-grid.ts';

/** One line without a trailing newline. */
export function renderMatrixProgress({ cell, done, total }: MatrixProgress): string {
  return `${String(done).padStart(String(total).length)} of ${total}  ${pairWords(cell)}: ${resultWords(cell)}`;
}

export interface RenderMatrixOptions {
  readonly color: boolean;
  /** Of the files that it is in. */
  readonly paths: readonly string[];
}

/** Lines without a trailing newline; green is what is as expected. */
export function renderMatrix(matrix: Matrix, { color, paths }: RenderMatrixOptions): string {
  const cells = matrix.cells.map((cell) => ({
    nats: [cell.a, cell.b] as const,
    text: resultWords(cell),
    isGood: cell.isAsExpected,
  }));
  const wrong = wrongCells(matrix).flatMap((cell) => [
    '',
    `${pairWords(cell)}: ${resultWords(cell)}, ${detailWords(cell)}`,
    ...sidesWords(cell).map((words) => `  ${words}`),
  ]);
  return [...pairGrid(cells, { color }), ...wrong, '', summaryWords(matrix), ...paths].join('\n');
}
