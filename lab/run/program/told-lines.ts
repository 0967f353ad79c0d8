/** The lines of a program as results tell them: of each its beginning, and of very many the first and the last. */
import type { GuestLine } from '../../docker/container/guest.ts';
import type { KeptLines } from '../../docker/container/kept-lines.ts';
import type { OutputLine } from '../../results/run-result.ts';

/** Of one program in one try: a run of a hundred pairs that flood stays a file that can be read. */
const TOLD_LENGTH = 128 * 1024;
const TOLD_LENGTH_MIN = 1024;

/** The same where each pair is tried as often as that. */
export function toldLengthOf(repeat: number): number {
  return Math.max(TOLD_LENGTH_MIN, Math.floor(TOLD_LENGTH / repeat));
}

/** What is longer is data. */
const LINE_LENGTH = 4096;

export interface Told {
  /** As `performance.now()`; earlier lines are left out. */
  readonly startedAt: number;
  /** How many characters all lines may have together; default: TOLD_LENGTH. */
  readonly length?: number | undefined;
}

/** By their times from the start, with a line that says how many are missing where some are. */
export function toldLines(
  kept: Pick<KeptLines<GuestLine>, 'first' | 'latest' | 'leftOut'>,
  { startedAt, length = TOLD_LENGTH }: Told,
): readonly OutputLine[] {
  const room = Math.floor(length / 2);
  const since = (lines: readonly GuestLine[]): readonly OutputLine[] =>
    lines
      .filter(({ at }) => at >= startedAt)
      .map((line) => told(line, { startedAt, most: Math.min(LINE_LENGTH, room) }));
  const [first, latest] = [since(kept.first()), since(kept.latest())];
  const shownFirst = fitting(first, room);
  const shownLatest = fitting(latest.toReversed(), room).toReversed();
  const omitted = kept.leftOut() + first.length - shownFirst.length + latest.length - shownLatest.length;
  return [...shownFirst, ...gap(omitted, { first: shownFirst.at(-1), latest: shownLatest[0] }), ...shownLatest];
}

function told(
  { at, stream, text }: GuestLine,
  { startedAt, most }: { readonly startedAt: number; readonly most: number },
): OutputLine {
  const cut = text.length <= most ? text : `${text.slice(0, most)}…`;
  return { atMs: Math.round(at - startedAt), stream, text: cut };
}

function fitting(lines: readonly OutputLine[], room: number): readonly OutputLine[] {
  let length = 0;
  const end = lines.findIndex(({ text }) => {
    length += text.length;
    return length > room + 1;
  });
  return end === -1 ? lines : lines.slice(0, end);
}

/** How many of the lines that are left out came since the start is known only if the lines before them did, too. */
function gap(
  count: number,
  { first, latest }: { readonly first: OutputLine | undefined; readonly latest: OutputLine | undefined },
): readonly OutputLine[] {
  if (count === 0 || (!first && !latest)) return [];
  const text = first ? `… ${count} lines are left out here …` : '… earlier lines may be left out here …';
  return [{ atMs: first?.atMs ?? 0, stream: 'stderr', text }];
}
