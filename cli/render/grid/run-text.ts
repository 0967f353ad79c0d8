/** Renders what `natcheck lab run` shows. */
import { gridOfRun } from '../../../lab/results/grid-of-run.ts';
import { resultWords } from '../../../lab/results/run/words.ts';
import type { RunCell, RunResult } from '../../../lab/results/run-result.ts';
import { type RenderGridOptions, renderGrid, renderProgress } from './grid-text.ts';

export interface RunProgress {
  readonly cell: RunCell;
  /** How many cells are done, including this one. */
  readonly done: number;
  readonly total: number;
}

/** Returns one line without a trailing newline. */
export function renderRunProgress({ cell, done, total }: RunProgress): string {
  return renderProgress({ cell: { a: cell.a, b: cell.b, result: resultWords(cell) }, done, total });
}

/** Returns lines without a trailing newline, in which green means as expected. */
export function renderRun(result: RunResult, options: RenderGridOptions): string {
  return renderGrid(gridOfRun(result), options);
}
