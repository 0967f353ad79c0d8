/** What can be done next, each with its command to copy. */
import { alignColumns } from './table.ts';

/** Returns each with its command beside it, or below it where that would be too wide. */
export function hints(
  all: readonly (readonly [what: string, command: string])[],
  columns: number | null,
): readonly string[] {
  const beside = alignColumns(all);
  if (columns === null || beside.every((line) => line.length <= columns)) return beside;
  return all.flatMap(([what, command]) => [what, `  ${command}`]);
}
