/** What a program has said, as plain text. */
import type { GridLine, GridOutput } from './grid.ts';
import { printable } from './printable.ts';

/** How much longer a line may be with a terminal's colours, which are left out. */
const LONGER = 4;

export interface TailOptions {
  /** How many lines at the end are shown. */
  readonly lines: number;
  /** How much of each is shown. */
  readonly characters: number;
}

/**
 * Returns the last lines, without empty ones at the end, and before them how many there were; each with its time in seconds,
 * where that is known, and with `!` where it came from stderr and that can be told.
 */
export function outputTail({ lines }: GridOutput, { lines: most, characters }: TailOptions): readonly string[] {
  // Only the beginning of a very long line is looked at.
  const beginning = (text: string): string => text.slice(0, LONGER * characters);
  const shown = lines.map((line) => ({ ...line, text: printable(beginning(line.text)).trimEnd() }));
  const end = shown.findLastIndex(({ text }) => text !== '') + 1;
  const omitted = Math.max(0, end - most);
  const tail = shown.slice(omitted, end).map((line) => lineText(line, characters));
  return omitted === 0 ? tail : [`(${omitted} lines before)`, ...tail];
}

function lineText({ atMs, isError, text }: GridLine, characters: number): string {
  const cut = text.length <= characters ? text : `${text.slice(0, characters)}…`;
  return atMs === null ? cut : `${(atMs / 1000).toFixed(3).padStart(7)} ${isError ? '!' : ' '} ${cut}`.trimEnd();
}
