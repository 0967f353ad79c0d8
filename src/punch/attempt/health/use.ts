/**
 * What a side has its path for. It tells the other one by the numbers of its measured probes, so that a peer of an earlier
 * version, which echoes any number, is measured as before, and is known by numbers from 0 on.
 */

/**
 * `measure`: to look at it alone; the path is closed afterwards. `hand-over`: a program is to have the socket's place, and
 * answers no check. `keep`: a program is to use it through a bridge, while checks go on.
 */
export type PathUse = 'measure' | 'hand-over' | 'keep';

/** In the order of their numbers. */
const USES: readonly PathUse[] = ['measure', 'hand-over', 'keep'];
/** How many numbers each use has: more than there are measured probes. */
const NUMBERS = 32;

/** Returns the number of the measured probe that is the `index`-th, counted from 0. */
export function numberOf(use: PathUse, index: number): number {
  return USES.indexOf(use) * NUMBERS + index;
}

/** Returns what a probe of that number tells; null where it is not a measured one. */
export function readNumber(number: number): { readonly use: PathUse; readonly index: number } | null {
  const use = USES[Math.floor(number / NUMBERS)];
  return use === undefined ? null : { use, index: number % NUMBERS };
}
