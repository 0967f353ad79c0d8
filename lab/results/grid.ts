/** What every form of results is made from: a grid of pairs, each with its words, and an account of how it went. */
import type { Ladder } from '../witness/ladder.ts';

export interface Grid {
  /** Such as `NAT matrix`, or the name of a lab file. */
  readonly title: string;
  /** One line for all: how many cells are as expected, in what time, and how many are empty. */
  readonly headline: string;
  /** In whole sentences, how to read it. */
  readonly note: string;
  /** What stands where the names of rows and columns meet. */
  readonly corner: string;
  /** What else there is to know of the whole. */
  readonly about: readonly Fact[];
  /** What JUnit calls it, and what it calls each cell. */
  readonly suite: { readonly name: string; readonly className: string };
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly elapsedMs: number;
  /** Row by row; an empty cell is not there. */
  readonly cells: readonly GridCell[];
}

export interface GridCell {
  /** The names of its row and of its column. */
  readonly a: string;
  readonly b: string;
  /** How it ended, such as `direct 12 ms`; begins with `WRONG_MARK` when that is not as expected. */
  readonly result: string;
  /** Beside the result: how, or what was expected instead. */
  readonly detail: string;
  /** `closed`: no path, as expected. */
  readonly frame: 'open' | 'closed' | 'wrong';
  readonly isAsExpected: boolean;
  /** One word for the end, such as `direct`, `one-sided`. */
  readonly outcome: string;
  readonly ms: number | null;
  /** What programs read of it, by names such as `path`, `via`. */
  readonly properties: readonly Fact[];
  /** What holds for all tries. */
  readonly facts: readonly Fact[];
  readonly tries: readonly GridTry[];
}

/** One run of a pair. */
export interface GridTry {
  /** Such as `direct 12 ms`; with the mark when it is not as expected. */
  readonly result: string;
  readonly isAsExpected: boolean;
  readonly facts: readonly Fact[];
  readonly outputs: readonly GridOutput[];
  readonly ladder: Ladder | null;
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** What one program has said. */
export interface GridOutput {
  /** Whose it is, and how it ended. */
  readonly title: string;
  readonly lines: readonly GridLine[];
}

export interface GridLine {
  /** From the start of the pair; null if that is not known. */
  readonly atMs: number | null;
  readonly isError: boolean;
  readonly text: string;
}

/** Put before what is not as expected, so that no colour is needed to see it. */
export const WRONG_MARK = '✗';

/** The cells of each row, in the order of the columns; null where there is none. */
export function rowsOf({ rows, columns, cells }: Grid): readonly (readonly (GridCell | null)[])[] {
  const byNames = new Map(cells.map((cell) => [keyOf(cell.a, cell.b), cell]));
  return rows.map((a) => columns.map((b) => byNames.get(keyOf(a, b)) ?? null));
}

function keyOf(a: string, b: string): string {
  return JSON.stringify([a, b]);
}

export function wrongCells({ cells }: Grid): readonly GridCell[] {
  return cells.filter(({ isAsExpected }) => !isAsExpected);
}

export function pairWords({ a, b }: Pick<GridCell, 'a' | 'b'>): string {
  return `${a} → ${b}`;
}

/** A cell in a line, such as `full-cone → symmetric: ✗ one-sided, expected direct`. */
export function cellWords(cell: Pick<GridCell, 'a' | 'b' | 'result' | 'detail'>): string {
  return `${pairWords(cell)}: ${cell.result}${cell.detail === '' ? '' : `, ${cell.detail}`}`;
}
