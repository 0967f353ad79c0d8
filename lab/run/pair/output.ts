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
   * Calls `look` for every line from now on until it returns something, and resolves with that.
   * @throws NoSuchLineError once nothing more will come.
   */
  find<T extends object | string | true>(look: (text: string) => T | undefined): Promise<T>;
  /** The lines that are kept, by their times from `startedAt` (as `performance.now()`). */
  since(startedAt: number): readonly OutputLine[];
}

export function createOutput(): Output {
  const kept = keptLines<GuestLine>(KEPT_LINES);
  let over: string | null = null;
  const looking = new Set<Looking>();
  return {
    take: (line) => {
      kept.add(line);
      for (const one of looking) if (one.look(line.text)) looking.delete(one);
    },
    end: (why) => {
      over = why;
      for (const { end } of looking) end(why);
      looking.clear();
    },
    find: (look) => {
      const { promise, resolve, reject } = Promise.withResolvers<NonNullable<ReturnType<typeof look>>>();
      // It may fail before anyone waits for it.
      promise.catch(() => {});
      const end = (why: string): void => reject(new NoSuchLineError(why));
      const isIt = (text: string): boolean => {
        const found = look(text);
        if (found) resolve(found);
        return found !== undefined;
      };
      if (over === null) looking.add({ look: isIt, end });
      else end(over);
      return promise;
    },
    since: (startedAt) => {
      const line = ({ at, stream, text }: GuestLine): OutputLine => ({
        atMs: Math.max(0, Math.round(at - startedAt)),
        stream,
        text,
      });
      const [first, latest] = [kept.first().map(line), kept.latest().map(line)];
      if (kept.leftOut() === 0) return [...first, ...latest];
      const atMs = first.at(-1)?.atMs ?? 0;
      return [...first, { atMs, stream: 'stderr', text: `… ${kept.leftOut()} lines are left out here …` }, ...latest];
    },
  };
}

interface Looking {
  /** Whether this is the line. */
  readonly look: (text: string) => boolean;
  readonly end: (why: string) => void;
}
