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
