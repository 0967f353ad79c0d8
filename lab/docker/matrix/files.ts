/** The matrix as files in one directory. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../../src/errors.ts';
import { explainFileCode } from '../../../src/net/explain-code.ts';
import { matrixJunit } from './junit.ts';
import { matrixMarkdown } from './markdown.ts';
import type { Matrix } from './matrix.ts';
import { matrixSvg } from './svg.ts';

type Renderer = (matrix: Matrix) => string;

/** What makes the text of each file, by the file's name. */
const RENDERERS: Readonly<Record<string, Renderer>> = {
  'matrix.md': matrixMarkdown,
  'matrix.json': (matrix) => `${JSON.stringify(matrix, null, 2)}\n`,
  'matrix.junit.xml': matrixJunit,
  'matrix.svg': matrixSvg,
};

/**
 * Makes the directory, and removes what an earlier matrix has left in it, so that nobody takes it for the result of a run
 * that was cut short.
 * @throws UsageError when the files could not be written there.
 */
export async function clearMatrixFiles(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    for (const name of Object.keys(RENDERERS)) {
      await writeFile(join(dir, name), '');
      await rm(join(dir, name));
    }
  } catch (error) {
    const { code, message, path = dir } = error as NodeJS.ErrnoException;
    throw new UsageError(`the matrix cannot be written to ${path}: ${explainFileCode(code ?? message)}`);
  }
}

/**
 * Writes `matrix.md`, `matrix.json`, `matrix.junit.xml` and `matrix.svg` to a directory, which is made if it is not there.
 * @returns the paths.
 */
export async function writeMatrixFiles(dir: string, matrix: Matrix): Promise<readonly string[]> {
  await mkdir(dir, { recursive: true });
  return Promise.all(
    Object.entries(RENDERERS).map(async ([name, render]) => {
      const path = join(dir, name);
      await writeFile(path, render(matrix));
      return path;
    }),
  );
}
