/** Which pairs of a lab file are to run, as they are named on the command line. */
import { UsageError } from '../../src/errors.ts';
import type { LabFile } from '../file/lab-file.ts';
import { pairNames } from '../file/text/pair.ts';

/** @throws UsageError for what is no pair of the file. */
export function onlyPairs(
  texts: readonly string[],
  { rows, columns }: Pick<LabFile, 'rows' | 'columns'>,
): (a: string, b: string) => boolean {
  const pairs = texts.map((text) => {
    const names = pairNames(text);
    if (names === null)
      throw new UsageError(`--only takes a pair, such as "${rows[0]?.name} × ${columns[0]?.name}", not "${text}"`);
    const [row, column] = names;
    requireName(row, rows, 'row');
    requireName(column, columns, 'column');
    return names;
  });
  return (a, b) => pairs.some(([row, column]) => row === a && column === b);
}

function requireName(name: string, known: LabFile['rows'], what: string): void {
  if (known.some((one) => one.name === name)) return;
  throw new UsageError(`--only: there is no ${what} ${name}; there are ${known.map((one) => one.name).join(', ')}`);
}
