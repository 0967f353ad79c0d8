/** Renders a grid of results on a terminal: each pair when it is done, then the grid, and what is not as expected. */
import { cellWords, type Grid, type GridCell, pairWords, wrongCells } from '../../../lab/results/grid.ts';
import { visible } from '../../../src/visible.ts';
import { visibleIn } from '../layout/visible-in.ts';
import { hang } from '../layout/wrap.ts';
import { pairGrid } from './punch-grid.ts';

export interface GridProgress {
  readonly cell: Pick<GridCell, 'a' | 'b' | 'result'>;
  /** How many cells are done, including this one. */
  readonly done: number;
  readonly total: number;
}

/** Returns one line without a trailing newline. */
export function renderProgress({ cell, done, total }: GridProgress): string {
  return `${String(done).padStart(String(total).length)} of ${total}  ${visible(`${pairWords(cell)}: ${cell.result}`)}`;
}

export interface RenderGridOptions {
  readonly color: boolean;
  /** The paths of the files that hold the results. */
  readonly paths: readonly string[];
  /** The terminal's width; null or left out where there is no terminal. */
  readonly columns?: number | null;
}

/** Returns lines without a trailing newline, in which green means as expected. */
export function renderGrid(given: Grid, { color, paths, columns = null }: RenderGridOptions): string {
  // What programs have printed is not shown here, and may be much.
  const grid = visibleIn({ ...given, cells: given.cells.map(withoutOutput) });
  const cells = grid.cells.map(({ a, b, result, isAsExpected }) => ({
    nats: [a, b] as const,
    text: result,
    isGood: isAsExpected,
  }));
  const wrong = wrongCells(grid).flatMap((cell) => [
    '',
    hang('', cellWords(cell), columns),
    ...saidOf(cell).map((words) => hang('  ', words, columns)),
  ]);
  const names = [grid.rows, grid.columns] as const;
  return [...pairGrid(cells, { color, columns, names }), ...wrong, '', grid.headline, ...paths].join('\n');
}

function withoutOutput(cell: GridCell): GridCell {
  const tries = cell.tries.map((one) => ({
    ...one,
    ladder: null,
    outputs: one.outputs.map(({ title }) => ({ title, lines: [] })),
  }));
  return { ...cell, tries };
}

/** Of the first try that went wrong: what is known, and how each program ended. */
function saidOf({ tries }: GridCell): readonly string[] {
  const one = tries.find(({ isAsExpected }) => !isAsExpected) ?? tries[0];
  if (!one) return [];
  return [...one.facts.map(({ name, value }) => `${name}: ${value}`), ...one.outputs.map(({ title }) => title)];
}
