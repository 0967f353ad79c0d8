/** Renders what `natcheck lab matrix` shows. */
import { gridOfMatrix } from '../../../lab/docker/matrix/grid-of-matrix.ts';
import type { Matrix } from '../../../lab/docker/matrix/matrix.ts';
import type { MatrixProgress } from '../../../lab/docker/matrix/run-pairs.ts';
import { resultWords } from '../../../lab/docker/matrix/words.ts';
import { type RenderGridOptions, renderGrid, renderProgress } from './grid-text.ts';

/** Returns one line without a trailing newline. */
export function renderMatrixProgress({ cell, done, total }: MatrixProgress): string {
  return renderProgress({ cell: { a: cell.a, b: cell.b, result: resultWords(cell) }, done, total });
}

/** Returns lines without a trailing newline, in which green means as expected. */
export function renderMatrix(matrix: Matrix, options: RenderGridOptions): string {
  return renderGrid(gridOfMatrix(matrix), options);
}
