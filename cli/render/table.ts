/** Columns of text, each as wide as its widest cell; colour codes take no room. */
import { stripVTControlCharacters } from 'node:util';

/** Lines with two blanks between columns and none at the end. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd(),
  );
}
