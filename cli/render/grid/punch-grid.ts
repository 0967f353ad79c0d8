/** Renders a grid of punches: a row for each NAT of one peer, a column for each NAT of the other, and the result in each cell. */
import { Chalk } from 'chalk';
import type { SimPunch } from '../../../lab/sim/punch/punch.ts';
import { alignColumns } from '../layout/table.ts';
import { visibleIn } from '../layout/visible-in.ts';

export interface GridPunch extends SimPunch {
  /** The accesses of the two peers. */
  readonly nats: readonly [a: string, b: string];
}

/** What is shown for one pair. */
export interface GridCell {
  readonly nats: readonly [a: string, b: string];
  readonly text: string;
  readonly isGood: boolean;
}

export interface GridOptions {
  readonly color: boolean;
  /** The terminal's width; null or left out where there is no terminal. */
  readonly columns?: number | null;
  /** The names of all rows and of all columns; default: those of the cells, as they first appear. */
  readonly names?: readonly [rows: readonly string[], columns: readonly string[]];
}

/** Returns the grid as lines. */
export function punchGrid(punches: readonly GridPunch[], options: GridOptions): readonly string[] {
  const cells = punches.map((punch): GridCell => {
    const text = cellText(punch);
    return { nats: punch.nats, text, isGood: text.startsWith('direct') };
  });
  return pairGrid(cells, options);
}

/** Returns the grid as lines; green is good, red is not, and an empty cell is a dash. */
export function pairGrid(given: readonly GridCell[], { color, columns = null, names }: GridOptions): readonly string[] {
  const cells = visibleIn(given);
  const paint = new Chalk({ level: color ? 1 : 0 });
  const cellAt = (a: string, b: string): string => {
    const cell = cells.find(({ nats }) => nats[0] === a && nats[1] === b);
    if (!cell) return paint.dim('-');
    return (cell.isGood ? paint.green : paint.red)(cell.text);
  };
  const namesOf = (side: 0 | 1): readonly string[] =>
    names ? visibleIn(names[side]) : [...new Set(cells.map(({ nats }) => nats[side]))];
  const head = ['', ...namesOf(1)].map((title) => paint.dim(title));
  const rows = namesOf(0).map((a) => [paint.dim(a), ...namesOf(1).map((b) => cellAt(a, b))]);
  return alignColumns([head, ...rows], { columns, hasHead: true });
}

/** Returns the time until the later side was connected. If only one side was, that is no path but a bug, and is shown as one. */
function cellText({ a, b }: GridPunch): string {
  if (a.outcome !== b.outcome) return 'one-sided';
  return a.outcome === 'failed' ? 'no path' : `${a.outcome} ${Math.round(Math.max(a.ms, b.ms))} ms`;
}
