/** Results as files in one directory, each in a form of its own. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../src/errors.ts';
import { explainFileCode } from '../../src/net/explain-code.ts';
import type { Grid } from './grid.ts';
import { gridHtml } from './html/page.ts';
import { gridJunit } from './junit.ts';
import { gridMarkdown } from './markdown.ts';
import { gridSvg } from './svg.ts';

/** What the files are called, before their extensions. */
export type Stem = 'matrix' | 'results';

export interface Written {
  /** Plain data: the JSON has all of it. */
  readonly result: object;
  readonly grid: Grid;
}

/** What makes the text of each file, by the file's extension. */
const RENDERERS: Readonly<Record<string, (written: Written) => string>> = {
  md: ({ grid }) => gridMarkdown(grid),
  json: ({ result }) => `${JSON.stringify(result, null, 2)}\n`,
  'junit.xml': ({ grid }) => gridJunit(grid),
  svg: ({ grid }) => gridSvg(grid),
  html: ({ grid }) => gridHtml(grid),
};

/**
 * Makes the directory, and removes what an earlier run has left in it, so that nobody takes it for the result of one that
 * was cut short.
 * @throws UsageError when the files could not be written there.
 */
export async function clearFiles(dir: string, stem: Stem): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    for (const path of pathsOf(dir, stem)) {
      await writeFile(path, '');
      await rm(path);
    }
  } catch (error) {
    const { code, message, path = dir } = error as NodeJS.ErrnoException;
    throw new UsageError(`the ${stem} cannot be written to ${path}: ${explainFileCode(code ?? message)}`);
  }
}

/**
 * Writes all forms to a directory, which is made if it is not there.
 * @returns the paths.
 */
export async function writeFiles(dir: string, stem: Stem, written: Written): Promise<readonly string[]> {
  await mkdir(dir, { recursive: true });
  const paths = pathsOf(dir, stem);
  await Promise.all(Object.values(RENDERERS).map((render, index) => writeFile(paths[index] ?? '', render(written))));
  return paths;
}

function pathsOf(dir: string, stem: Stem): readonly string[] {
  return Object.keys(RENDERERS).map((extension) => join(dir, `${stem}.${extension}`));
}
