/** A grid of punches: a row for each NAT of one peer, a column for each of the other, in each cell what came of it. */
import { Chalk } from 'chalk';
import type { SimPunch } from '../../lab/sim/punch.ts';
import { alignColumns } from './table.ts';

export interface GridPunch extends SimPunch {
  /** What the two peers are behind. */
  readonly nats: readonly [a: string, b: string];
}

/** Lines; rows and columns are in the order in which their names first appear. */
export function punchGrid(punches: readonly GridPunch[], { color }: { readonly color: boolean }): readonly string[] {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const cell = (punch: GridPunch | undefined): string => {
    const text = punch ? cellText(punch) : '-';
    return (text.startsWith('direct') ? paint.green : paint.red)(text);
  };
  const names = (side: 0 | 1): readonly string[] => [...new Set(punches.map(({ nats }) => nats[side]))];
  const head = ['', ...names(1)].map((title) => paint.dim(title));
  const rows = names(0).map((a) => [
    paint.dim(a),
    ...names(1).map((b) => cell(punches.find(({ nats }) => nats[0] === a && nats[1] === b))),
  ]);
  return alignColumns([head, ...rows]);
}

/** Until the later side was connected. One side alone is no path, and is said as what it is: a bug. */
function cellText({ a, b }: GridPunch): string {
  if (a.outcome !== b.outcome) return 'one-sided';
  return a.outcome === 'direct' ? `direct ${Math.round(Math.max(a.ms, b.ms))} ms` : 'no path';
}
