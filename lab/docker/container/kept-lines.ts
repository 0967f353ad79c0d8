/** The first lines of a program and its latest ones, in bounded memory, and how many there were between. */

export interface KeptLines<L> {
  readonly add: (line: L) => void;
  readonly first: () => readonly L[];
  /** Those after the first ones. */
  readonly latest: () => readonly L[];
  readonly leftOut: () => number;
}

/** @param count of the first lines, and of the latest. */
export function keptLines<L>(count: number): KeptLines<L> {
  const first: L[] = [];
  /** A ring: `oldest` is the place of the line that is replaced next. */
  const latest: L[] = [];
  let oldest = 0;
  let leftOut = 0;
  return {
    add: (line) => {
      if (first.length < count) first.push(line);
      else if (latest.length < count) latest.push(line);
      else {
        latest[oldest] = line;
        oldest = (oldest + 1) % count;
        leftOut++;
      }
    },
    first: () => first,
    latest: () => [...latest.slice(oldest), ...latest.slice(0, oldest)],
    leftOut: () => leftOut,
  };
}
