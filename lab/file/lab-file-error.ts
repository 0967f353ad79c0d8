/** What is wrong with a lab file, each with its place. */
import { visible } from '../../src/visible.ts';

/** A place in a lab file, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of something in a lab file, and its key there. */
export interface FilePlace extends Place {
  /** The key, such as `sides.a.command` or `nats[2]`; empty for the file as a whole. */
  readonly path: string;
}

/** One thing that is wrong. */
export interface LabFileProblem extends FilePlace {
  /** One sentence, without the path. */
  readonly message: string;
}

/** More problems than these are only counted. */
const SHOWN_MAX = 20;

/** A lab file cannot be run as it is. The message has a line for each problem, `FILE:LINE:COLUMN: PATH: SENTENCE`. */
export class LabFileError extends Error {
  override readonly name = 'LabFileError';
  /** The file, as the caller named it. */
  readonly file: string;
  /** In the order of the file, twenty at most. */
  readonly problems: readonly LabFileProblem[];

  constructor(file: string, problems: readonly LabFileProblem[]) {
    const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const shown = sorted.slice(0, SHOWN_MAX);
    const more = sorted.length - shown.length;
    const rest = more > 0 ? [`${visible(file)}: and ${more} more like these`] : [];
    super([...shown.map((problem) => lineOf(file, problem)), ...rest].join('\n'));
    this.file = file;
    this.problems = shown;
  }
}

/** The error for what turns out to be wrong only when the file is used, at a place of `LabFile.places`. */
export function problemIn(
  { file, places }: { readonly file: string; readonly places: ReadonlyMap<string, FilePlace> },
  where: string,
  message: string,
): LabFileError {
  const place = places.get(where) ?? { line: 1, column: 1, path: '' };
  return new LabFileError(file, [{ ...place, message }]);
}

function lineOf(file: string, { line, column, path, message }: LabFileProblem): string {
  return visible([`${file}:${line}:${column}`, ...(path === '' ? [] : [path]), message].join(': '));
}
