/** What is expected of each pair: names of rows and columns looked up. */
import { nearest } from '../../suggest.ts';
import type { Expect, ExpectedOutcome } from '../lab-file.ts';
import type { Path } from '../path.ts';
import type { ExpectInput } from '../shape/expect.ts';
import { pairNames } from '../text/pair.ts';
import type { Grid } from './access.ts';
import { mark, type Reading } from './reading.ts';

type Otherwise = Extract<Expect, { readonly kind: 'table' }>['otherwise'];

/** Returns what is expected; what arithmetic says of a program without a relay if nothing is said. */
export function expectOf(reading: Reading, input: ExpectInput | undefined, grid: Grid): Expect {
  const path = ['expect'];
  if (input !== undefined) mark(reading, 'expect', path);
  if (input === undefined || input === 'arithmetic') return { kind: 'arithmetic', hasRelay: false };
  if (typeof input === 'string') return { kind: 'all', outcome: input };
  const { relay, table, otherwise } = input;
  if (relay !== undefined) {
    if (table || otherwise !== undefined) {
      reading.report([...path, 'relay'], 'beside a table, this is written otherwise: { relay: true }', 'key');
    }
    return { kind: 'arithmetic', hasRelay: relay };
  }
  if (!table) reading.report(path, 'this takes either relay or a table');
  return { kind: 'table', cells: cellsOf(reading, table ?? {}, grid), otherwise: otherwiseOf(otherwise) };
}

function otherwiseOf(input: Extract<ExpectInput, object>['otherwise'] = 'arithmetic'): Otherwise {
  if (input === 'arithmetic') return { kind: 'arithmetic', hasRelay: false };
  return typeof input === 'string' ? input : { kind: 'arithmetic', hasRelay: input.relay };
}

function cellsOf(
  reading: Reading,
  table: Readonly<Record<string, ExpectedOutcome>>,
  grid: Grid,
): ReadonlyMap<string, ExpectedOutcome> {
  const cells = new Map<string, ExpectedOutcome>();
  for (const [text, outcome] of Object.entries(table)) {
    const path = ['expect', 'table', text];
    const pair = pairOf(reading, text, { path, grid });
    if (pair === null) continue;
    if (cells.has(pair)) reading.report(path, 'this pair is there twice', 'key');
    cells.set(pair, outcome);
  }
  return cells;
}

/** The key of a cell; null, and a report, if there is no such pair. */
function pairOf(
  { report }: Reading,
  text: string,
  { path, grid }: { readonly path: Path; readonly grid: Grid },
): string | null {
  const names = pairNames(text);
  if (names === null) {
    report(path, 'a pair is written as row × column, such as "full-cone × symmetric"', 'key');
    return null;
  }
  const [row, column] = names;
  const rows = grid.rows.map(({ name }) => name);
  const columns = grid.columns.map(({ name }) => name);
  const message = unknown(row, rows, 'row') ?? unknown(column, columns, 'column');
  if (message === null) return `${row}×${column}`;
  const isTurned = rows.includes(column) && columns.includes(row);
  report(path, isTurned ? `rows come first: did you mean "${column} × ${row}"?` : message, 'key');
  return null;
}

function unknown(name: string, known: readonly string[], what: string): string | null {
  if (known.includes(name)) return null;
  const meant = nearest(name, known);
  return `there is no ${what} ${name}; ${meant === null ? `there are ${known.join(', ')}` : `did you mean ${meant}?`}`;
}
