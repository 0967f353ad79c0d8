/** All the cells: plain data, schema `natcheck.lab-matrix/1`. */
import type { MatrixCell } from './cell.ts';

export const MATRIX_SCHEMA = 'natcheck.lab-matrix/1';

export interface Matrix {
  readonly schema: typeof MATRIX_SCHEMA;
  /** Names, in the order of the cells. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Whether every cell is as expected. */
  readonly isAsExpected: boolean;
  /** From the start of the first pair to the end of the last, without the start of the lab. */
  readonly elapsedMs: number;
  /** Row by row. */
  readonly cells: readonly MatrixCell[];
}

/** The cells of each row, in the order of the columns. */
export function rowsOf({ rows, columns, cells }: Matrix): readonly (readonly MatrixCell[])[] {
  return rows.map((_, row) => cells.slice(row * columns.length, (row + 1) * columns.length));
}

export function wrongCells({ cells }: Matrix): readonly MatrixCell[] {
  return cells.filter(({ isAsExpected }) => !isAsExpected);
}
