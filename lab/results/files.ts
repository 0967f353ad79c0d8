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
    throw unwritable(stem, error, dir);
  }
}

/**
 * Writes all forms to a directory, which is made if it is not there. A form that cannot be written whole is left out.
 * @returns the paths.
 * @throws UsageError when one could not be written, such as on a full disk.
 */
export async function writeFiles(dir: string, stem: Stem, written: Written): Promise<readonly string[]> {
  const paths = pathsOf(dir, stem);
  try {
    await mkdir(dir, { recursive: true });
    const texts = Object.values(RENDERERS).map((render) => render(written));
    await allOf(texts.map((text, index) => writeWhole(paths[index] ?? '', text)));
  } catch (error) {
    throw unwritable(stem, error, dir);
  }
  return paths;
}

async function writeWhole(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    await rm(path, { force: true }).catch(() => {}); // Where nothing can be written, nothing is left either.
    throw Object.assign(error as Error, { path });
  }
}

/** Resolves when all have ended. @throws what the first one that failed has thrown. */
async function allOf(writes: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(writes);
  await Promise.all(writes);
}

/** @throws what is no error of the system. */
function unwritable(stem: Stem, error: unknown, dir: string): UsageError {
  const { code, path = dir } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return new UsageError(`the ${stem} cannot be written to ${path}: ${explainFileCode(code)}`);
}

function pathsOf(dir: string, stem: Stem): readonly string[] {
  return Object.keys(RENDERERS).map((extension) => join(dir, `${stem}.${extension}`));
}
