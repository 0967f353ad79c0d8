/** What a program has written: its first and last lines are kept, and every line is shown to those who wait for one. */
import type { GuestLine } from '../../docker/container/guest.ts';
import type { OutputLine } from '../../results/run-result.ts';

/** Enough for a program's own words at its start and at its end; a program that floods costs no more. */
const FIRST_KEPT = 100;
const LAST_KEPT = 100;

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
  /** The lines that are kept, by their times from `startedAt` (as `performance.now()`); those of before are at 0, or left out. */
  since(startedAt: number, options?: { readonly withEarlier: boolean }): readonly OutputLine[];
}

export function createOutput(): Output {
  const first: GuestLine[] = [];
  const last: GuestLine[] = [];
  let leftOut = 0;
  let over: string | null = null;
  const looking = new Set<Looking>();
  return {
    take: (line) => {
      if (first.length < FIRST_KEPT) first.push(line);
      else if (last.push(line) > LAST_KEPT) {
        last.shift();
        leftOut += 1;
      }
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
    since: (startedAt, { withEarlier } = { withEarlier: true }) => {
      const line = ({ at, stream, text }: GuestLine): OutputLine => ({
        atMs: Math.max(0, Math.round(at - startedAt)),
        stream,
        text,
      });
      const isWanted = ({ at }: GuestLine): boolean => withEarlier || at >= startedAt;
      const head = first.filter(isWanted).map(line);
      const tail = last.filter(isWanted).map(line);
      if (leftOut === 0) return [...head, ...tail];
      const atMs = head.at(-1)?.atMs ?? 0;
      return [...head, { atMs, stream: 'stderr', text: `… ${leftOut} lines are left out here …` }, ...tail];
    },
  };
}

interface Looking {
  /** Whether this is the line. */
  readonly look: (text: string) => boolean;
  readonly end: (why: string) => void;
}
