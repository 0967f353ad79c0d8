/** Renders a grid of punches: a row for each NAT of one peer, a column for each NAT of the other, and the result in each cell. */
import { Chalk } from 'chalk';
import type { SimPunch } from '../../lab/sim/punch/punch.ts';
import { alignColumns } from './layout/table.ts';
import { visibleIn } from './layout/visible-in.ts';

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
}

/** Returns the grid as lines. */
export function punchGrid(punches: readonly GridPunch[], options: GridOptions): readonly string[] {
  const cells = punches.map((punch): GridCell => {
    const text = cellText(punch);
    return { nats: punch.nats, text, isGood: text.startsWith('direct') };
  });
  return pairGrid(cells, options);
}

/** Returns the grid as lines. Rows and columns are in the order in which their names first appear; green is good, red is not. */
export function pairGrid(given: readonly GridCell[], { color, columns = null }: GridOptions): readonly string[] {
  const cells = visibleIn(given);
  const paint = new Chalk({ level: color ? 1 : 0 });
  const cellAt = (a: string, b: string): string => {
    const { text = '-', isGood = false } = cells.find(({ nats }) => nats[0] === a && nats[1] === b) ?? {};
    return (isGood ? paint.green : paint.red)(text);
  };
  const names = (side: 0 | 1): readonly string[] => [...new Set(cells.map(({ nats }) => nats[side]))];
  const head = ['', ...names(1)].map((title) => paint.dim(title));
  const rows = names(0).map((a) => [paint.dim(a), ...names(1).map((b) => cellAt(a, b))]);
  return alignColumns([head, ...rows], { columns, hasHead: true });
}

/** Returns the time until the later side was connected. If only one side was, that is no path but a bug, and is shown as one. */
function cellText({ a, b }: GridPunch): string {
  if (a.outcome !== b.outcome) return 'one-sided';
  return a.outcome === 'failed' ? 'no path' : `${a.outcome} ${Math.round(Math.max(a.ms, b.ms))} ms`;
}
