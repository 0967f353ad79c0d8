/** A table in Markdown whose columns are aligned, as those that are written by hand are. */

export interface Column {
  readonly head: string;
  /** Default: left. */
  readonly align?: 'left' | 'right';
}

/** Returns lines without a trailing newline; each row has a cell for each column. */
export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ head }, at) => Math.max(3, head.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = (cells: readonly string[]): string => line(cells.map((cell, at) => pad(cell, at)));
  const pad = (cell: string, at: number): string =>
    columns[at]?.align === 'right' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
  const rule = columns.map(({ align }, at) => {
    const dashes = '-'.repeat(widths[at] ?? 0);
    return align === 'right' ? `${dashes.slice(1)}:` : dashes;
  });
  return [padded(columns.map(({ head }) => head)), line(rule), ...rows.map(padded)].join('\n');
}
