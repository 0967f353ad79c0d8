/** The result of a lab file as files: `results.md`, `.json`, `.junit.xml`, `.svg` and `.html`. */
import { clearFiles, writeFiles } from './files.ts';
import { gridOfRun } from './grid-of-run.ts';
import type { RunResult } from './run-result.ts';

/**
 * Makes the directory, and removes what an earlier run has left in it.
 * @throws UsageError when the files could not be written there.
 */
export function clearRunFiles(dir: string): Promise<void> {
  return clearFiles(dir, 'results');
}

/** Also for a run that was cut short, with the cells that it has finished. @returns the paths. */
export function writeRunFiles(dir: string, result: RunResult): Promise<readonly string[]> {
  return writeFiles(dir, 'results', { result, grid: gridOfRun(result) });
}
