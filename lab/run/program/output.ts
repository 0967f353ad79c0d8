/** What a program has written: its first and last lines are kept, and every line is shown to those who wait for one. */
import type { GuestLine } from '../../docker/container/guest.ts';
import { keptLines } from '../../docker/container/kept-lines.ts';
import type { OutputLine } from '../../results/run-result.ts';

/** Enough for a program's own words at its start and at its end; a program that floods costs no more. */
const KEPT_LINES = 100;

/** Why a line will not come any more, such as `ended with 1`. */
export class NoSuchLineError extends Error {
  override readonly name = 'NoSuchLineError';
}

export interface Output {
  take(line: GuestLine): void;
  /** Nothing more will come. @param why as in `ended with 1`. */
  end(why: string): void;
  /**
   * Calls `look` for every line that is kept and every further one until it returns something, and resolves with that.
   * @param from the time (as `performance.now()`) before which lines do not count; default: all count.
   * @throws NoSuchLineError once nothing more will come.
   */
  find<T extends object | string | true>(look: (text: string) => T | undefined, from?: number): Promise<T>;
  /** The lines since `startedAt` (as `performance.now()`) that are kept, by their times from then. */
  since(startedAt: number): readonly OutputLine[];
}

export function createOutput(): Output {
  const kept = keptLines<GuestLine>(KEPT_LINES);
  let over: string | null = null;
  const looking = new Set<Looking>();
  return {
    take: (line) => {
      kept.add(line);
      for (const one of looking) if (one.look(line)) looking.delete(one);
    },
    end: (why) => {
      over = why;
      for (const { end } of looking) end(why);
      looking.clear();
    },
    find: (look, from = 0) => {
      const { promise, resolve, reject } = Promise.withResolvers<NonNullable<ReturnType<typeof look>>>();
      // It may fail before anyone waits for it.
      promise.catch(() => {});
      const end = (why: string): void => reject(new NoSuchLineError(why));
      const isIt = ({ at, text }: GuestLine): boolean => {
        const found = at < from ? undefined : look(text);
        if (found) resolve(found);
        return found !== undefined;
      };
      if ([...kept.first(), ...kept.latest()].some(isIt)) return promise;
      if (over === null) looking.add({ look: isIt, end });
      else end(over);
      return promise;
    },
    since: (startedAt) => {
      const [first, latest] = [kept.first(), kept.latest()].map((lines) => lines.filter(({ at }) => at >= startedAt));
      const gap = leftOut(kept.leftOut(), { first: first?.at(-1), latest: latest?.[0], startedAt });
      return [...(first ?? []).map(asLine(startedAt)), ...gap, ...(latest ?? []).map(asLine(startedAt))];
    },
  };
}

function asLine(startedAt: number): (line: GuestLine) => OutputLine {
  return ({ at, stream, text }) => ({ atMs: Math.round(at - startedAt), stream, text });
}

/** How many of the lines that are left out came since the start is known only if the lines before them did, too. */
function leftOut(
  count: number,
  around: { readonly first: GuestLine | undefined; readonly latest: GuestLine | undefined; readonly startedAt: number },
): readonly OutputLine[] {
  const { first, latest, startedAt } = around;
  if (count === 0 || !latest) return [];
  const text = first ? `… ${count} lines are left out here …` : '… earlier lines may be left out here …';
  return [{ atMs: first ? Math.round(first.at - startedAt) : 0, stream: 'stderr', text }];
}

interface Looking {
  /** Whether this is the line. */
  readonly look: (line: GuestLine) => boolean;
  readonly end: (why: string) => void;
}
