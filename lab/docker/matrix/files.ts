/** The matrix as files in one directory, and as the text of some of them. */
import { clearFiles, writeFiles } from '../../results/files.ts';
import { gridJunit } from '../../results/junit.ts';
import { gridMarkdown } from '../../results/markdown.ts';
import { gridSvg } from '../../results/svg.ts';
import { gridOfMatrix } from './grid-of-matrix.ts';
import type { Matrix } from './matrix.ts';

/**
 * Makes the directory, and removes what an earlier matrix has left in it, so that nobody takes it for the result of a run
 * that was cut short.
 * @throws UsageError when the files could not be written there.
 */
export function clearMatrixFiles(dir: string): Promise<void> {
  return clearFiles(dir, 'matrix');
}

/**
 * Writes `matrix.md`, `matrix.json`, `matrix.junit.xml`, `matrix.svg` and `matrix.html` to a directory, which is made if it
 * is not there.
 * @returns the paths.
 */
export function writeMatrixFiles(dir: string, matrix: Matrix): Promise<readonly string[]> {
  return writeFiles(dir, 'matrix', { result: matrix, grid: gridOfMatrix(matrix) });
}

export function matrixMarkdown(matrix: Matrix): string {
  return gridMarkdown(gridOfMatrix(matrix));
}

/** The time of a case is that of its punch, the time of the suite that of the whole run, in which pairs run side by side. */
export function matrixJunit(matrix: Matrix): string {
  return gridJunit(gridOfMatrix(matrix));
}

export function matrixSvg(matrix: Matrix): string {
  return gridSvg(gridOfMatrix(matrix));
}
