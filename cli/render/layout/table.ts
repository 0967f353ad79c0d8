/** Columns of text, each as wide as its widest cell; colour codes take no room. Too wide for the terminal, cells are broken. */
import { breakCell, narrowestOf } from './cell.ts';
import { widthOf } from './width.ts';
import { hang } from './wrap.ts';

const GAP = '  ';

export interface TableOptions {
  /** The terminal's width; without one the table is as wide as it needs to be. */
  readonly columns?: number | null;
  /** The first row names the columns. */
  readonly hasHead?: boolean;
}

type Row = readonly string[];

/**
 * Lines with two blanks between columns and none at the end. What is wider than the terminal has its widest columns
 * broken, after blanks and hyphens; and where that does not help, each row becomes a paragraph.
 */
export function alignColumns(rows: readonly Row[], { columns = null, hasHead = false }: TableOptions = {}): Row {
  const natural = widthsOf(rows, widthOf);
  if (columns === null) return aligned(rows, natural);
  const narrowed = fitted(natural, { least: widthsOf(rows, narrowestOf), columns });
  if (narrowed) return aligned(rows, widened(rows, { narrowed, natural, columns }));
  return hasHead ? asParagraphs(rows, columns) : rows.map((row) => hang('    ', row.join(GAP).trim(), columns));
}

function widthsOf(rows: readonly Row[], measure: (cell: string, column: number) => number): readonly number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => measure(row[column] ?? '', column))),
  );
}

/** Takes from the widest column that can give, one by one; null when all together cannot give enough. */
function fitted(
  natural: readonly number[],
  { least, columns }: { readonly least: readonly number[]; readonly columns: number },
): readonly number[] | null {
  const widths = [...natural];
  let excess = totalOf(widths) - columns;
  for (; excess > 0; excess--) {
    const giving = widths.map((width, column) => (width > (least[column] ?? width) ? width : 0));
    const widest = Math.max(...giving);
    if (widest === 0) return null;
    widths[giving.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/** What the broken cells leave over goes to the first columns that it makes whole again. */
function widened(
  rows: readonly Row[],
  {
    narrowed,
    natural,
    columns,
  }: { readonly narrowed: readonly number[]; readonly natural: readonly number[]; readonly columns: number },
): readonly number[] {
  const broken = (cell: string, column: number): readonly string[] => breakCell(cell, narrowed[column] ?? 0);
  const used = widthsOf(rows, (cell, column) => Math.max(...broken(cell, column).map((line) => widthOf(line))));
  let left = columns - totalOf(used);
  return used.map((width, column) => {
    const missing = (natural[column] ?? width) - width;
    if (missing > left) return width;
    left -= missing;
    return width + missing;
  });
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
}

function aligned(rows: readonly Row[], widths: readonly number[]): Row {
  return rows.flatMap((row) => {
    const cells = row.map((cell, column) => breakCell(cell, widths[column] ?? 0));
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) => {
      const pieces = cells.map((lines) => lines[line] ?? '');
      return pieces
        .map((piece, column) => piece + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(piece))))
        .join(GAP)
        .trimEnd();
    });
  });
}

/** The first cell of each row as a title, and below it the others, each behind the name of its column. */
function asParagraphs([head = [], ...rows]: readonly Row[], columns: number): Row {
  const widest = Math.max(...head.slice(1).map((title) => widthOf(title)));
  return rows.flatMap(([title = '', ...cells]) => [
    title,
    ...cells.map((cell, index) => {
      const name = head[index + 1] ?? '';
      const indent = GAP.length + widest + GAP.length;
      const lines = breakCell(cell, columns - indent).join(`\n${' '.repeat(indent)}`);
      return `${GAP}${name}${' '.repeat(widest - widthOf(name))}${GAP}${lines}`;
    }),
  ]);
}
