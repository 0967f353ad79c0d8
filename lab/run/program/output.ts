/** What a program has written: its first and last lines are kept, and every line is shown to those who wait for one. */
import type { GuestLine } from '../../docker/container/guest.ts';
import { keptLines } from '../../docker/container/kept-lines.ts';
import type { OutputLine } from '../../results/run-result.ts';
import { withinLimit } from './time-limit.ts';
import { toldLines } from './told-lines.ts';

/** Enough for a program's own words at its start and at its end; a program that floods costs no more. */
const KEPT_LINES = 100;

/** Why a line will not come any more, such as `ended with 1`. */
export class NoSuchLineError extends Error {
  override readonly name = 'NoSuchLineError';
}

/** Looking at lines takes too long; the message is a sentence. */
export class SlowPatternError extends Error {
  override readonly name = 'SlowPatternError';
}

export interface FindOptions {
  /** What is looked for and where, such as `/connected/ in what a prints`. */
  readonly what?: string;
  /** The time (as `performance.now()`) before which lines do not count; default: all count. */
  readonly from?: number;
}

export interface Output {
  take(line: GuestLine): void;
  /** Nothing more will come. @param why as in `ended with 1`. */
  end(why: string): void;
  /**
   * Calls `look` for every line that is kept and every further one until it returns something, and resolves with that.
   * @param look keeps nothing from one line to the next, since it may be ended anywhere.
   * @throws NoSuchLineError once nothing more will come; SlowPatternError when `look` takes too long.
   */
  find<T extends object | string | true>(look: (text: string) => T | undefined, options?: FindOptions): Promise<T>;
  /**
   * The lines since `startedAt` (as `performance.now()`) that are kept, by their times from then.
   * @param length how many characters they may have together; default: as many as results have room for.
   */
  since(startedAt: number, length?: number): readonly OutputLine[];
}

export function createOutput(): Output {
  const kept = keptLines<GuestLine>(KEPT_LINES);
  let over: string | null = null;
  /** Not looked at yet. */
  let fresh: GuestLine[] = [];
  const searches = new Set<Search>();
  const lookThrough = (): void => {
    const lines = fresh;
    fresh = [];
    if (lines.length === 0) return;
    for (const search of searches) if (search.isOver(lines)) searches.delete(search);
  };
  return {
    take: (line) => {
      kept.add(line);
      if (searches.size === 0) return;
      // All lines that come at once are looked through at once, since each limit of time has its price.
      if (fresh.push(line) === 1) queueMicrotask(lookThrough);
    },
    end: (why) => {
      lookThrough();
      over = why;
      for (const { end } of searches) end(why);
      searches.clear();
    },
    find: (look, options = {}) => {
      lookThrough();
      const { found, ...search } = createSearch(look, options);
      if (search.isOver([...kept.first(), ...kept.latest()])) return found;
      if (over === null) searches.add(search);
      else search.end(over);
      return found;
    },
    since: (startedAt, length) => toldLines(kept, { startedAt, length }),
  };
}

interface Search {
  /** Whether one of these lines has ended the search. */
  readonly isOver: (lines: readonly GuestLine[]) => boolean;
  readonly end: (why: string) => void;
}

function createSearch<T extends object | string | true>(
  look: (text: string) => T | undefined,
  { what = 'a line', from = 0 }: FindOptions,
): Search & { readonly found: Promise<T> } {
  const { promise: found, resolve, reject } = Promise.withResolvers<T>();
  // It may fail before anyone waits for it.
  found.catch(() => {});
  const firstIn = (lines: readonly GuestLine[]): T | undefined => {
    for (const { at, text } of lines) {
      const value = at < from ? undefined : look(text);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return {
    found,
    end: (why) => reject(new NoSuchLineError(why)),
    isOver: (lines) => {
      const first = lines.length === 0 ? { value: undefined } : withinLimit(() => firstIn(lines));
      if (first === 'late') reject(new SlowPatternError(`looking for ${what} takes more than a second: ${REMEDY}`));
      else if (first.value !== undefined) resolve(first.value);
      return first === 'late' || first.value !== undefined;
    },
  };
}

const REMEDY = 'a pattern should match a text in one way only, so write (a+) rather than (a+)+';
