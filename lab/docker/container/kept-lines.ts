/** The first lines of a program and its latest ones, in bounded memory, and how many there were between. */

export interface KeptLines<L> {
  readonly add: (line: L) => void;
  readonly first: () => readonly L[];
  /** Those after the first ones. */
  readonly latest: () => readonly L[];
  readonly leftOut: () => number;
}

/** How many characters the first lines may have together, and the latest. */
export const KEPT_LENGTH = 4 * 1024 ** 2;

/** @param count of the first lines, and of the latest; fewer are kept where they are longer than KEPT_LENGTH together. */
export function keptLines<L extends { readonly text: string }>(count: number): KeptLines<L> {
  const first: L[] = [];
  let latest: L[] = [];
  /** Where the latest lines begin: those before have been left out, and are dropped from the list now and then. */
  let begin = 0;
  let [firstLength, latestLength, leftOut] = [0, 0, 0];
  const addLatest = (line: L): void => {
    latest.push(line);
    latestLength += line.text.length;
    while (latest.length - begin > count || latestLength > KEPT_LENGTH) {
      latestLength -= latest[begin++]?.text.length ?? 0;
      leftOut++;
    }
    if (begin < count) return;
    latest = latest.slice(begin);
    begin = 0;
  };
  return {
    add: (line) => {
      const isFirst = latest.length === 0 && first.length < count && firstLength + line.text.length <= KEPT_LENGTH;
      if (!isFirst) return addLatest(line);
      first.push(line);
      firstLength += line.text.length;
    },
    first: () => first,
    latest: () => latest.slice(begin),
    leftOut: () => leftOut,
  };
}
