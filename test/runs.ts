/**
 * How many runs a test makes of something that follows from a seed. In the gate it makes a quarter of them, so that the gate
 * stays short; `npm run test:soak` makes all, and is for whoever has changed what they run (CONTRIBUTING.md).
 */
const SHARE = process.env.NATCHECK_TEST_RUNS === 'all' ? 1 : 1 / 4;

/** @param all how many runs there are in all. */
export function runs(all: number): number {
  return Math.ceil(all * SHARE);
}

/** The seeds of that many runs, from 1 on. */
export function seeds(all: number): readonly number[] {
  return Array.from({ length: runs(all) }, (_, index) => index + 1);
}
