/** Renders what `natcheck lab matrix` shows: each pair when it is done, then the grid, and what is not as expected. */
import type { Matrix } from '../../lab/docker/matrix/matrix.ts';
import type { MatrixProgress } from '../../lab/docker/matrix/run-pairs.ts';
import { detailWords, resultWords, sidesWords, summaryWords } from '../../lab/docker/matrix/words.ts';
import { pairWords } from '../../lab/results/grid.ts';
import { visibleIn } from './layout/visible-in.ts';
import { hang } from './layout/wrap.ts';
import { pairGrid } from './punch-grid.ts';

/** Returns one line without a trailing newline. */
export function renderMatrixProgress({ cell, done, total }: MatrixProgress): string {
  return `${String(done).padStart(String(total).length)} of ${total}  ${pairWords(cell)}: ${resultWords(cell)}`;
}

export interface RenderMatrixOptions {
  readonly color: boolean;
  /** The paths of the files that hold the results. */
  readonly paths: readonly string[];
  /** The terminal's width; null or left out where there is no terminal. */
  readonly columns?: number | null;
}

/** Returns lines without a trailing newline, in which green means as expected. */
export function renderMatrix(given: Matrix, { color, paths, columns = null }: RenderMatrixOptions): string {
  const matrix = visibleIn(given);
  const cells = matrix.cells.map((cell) => ({
    nats: [cell.a, cell.b] as const,
    text: resultWords(cell),
    isGood: cell.isAsExpected,
  }));
  const wrong = matrix.cells
    .filter(({ isAsExpected }) => !isAsExpected)
    .flatMap((cell) => [
      '',
      hang('', `${pairWords(cell)}: ${resultWords(cell)}, ${detailWords(cell)}`, columns),
      ...sidesWords(cell).map((words) => hang('  ', words, columns)),
    ]);
  return [...pairGrid(cells, { color, columns }), ...wrong, '', summaryWords(matrix), ...paths].join('\n');
}
