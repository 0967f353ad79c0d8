/**
 * How many runs a test makes of something that follows from a seed. In the gate it makes a quarter of them, so that the gate
 * stays short; `npm run test:soak` makes all, and is for whoever has changed what they run (CONTRIBUTING.md).
 */
const MAKES_ALL = process.env.NATCHECK_TEST_RUNS === 'all';
const SHARE = MAKES_ALL ? 1 : 1 / 4;

/** @param all how many runs there are in all. */
export function runs(all: number): number {
  return Math.ceil(all * SHARE);
}

/** The seeds of that many runs, from 1 on. */
export function seeds(all: number): readonly number[] {
  return Array.from({ length: runs(all) }, (_, index) => index + 1);
}

/**
 * Of tests in containers that differ in their NATs alone, the gate has those that go different ways through natcheck; `npm run
 * test:container` has all of them.
 */
export function gateCases<Case>(all: readonly Case[], isInGate: (one: Case) => boolean): readonly Case[] {
  return MAKES_ALL ? all : all.filter(isInGate);
}

/** Leaves a test out of the gate: one that takes long, and fails for what makes others fail as well. */
export function notInGate(skip: (note: string) => void): void {
  if (!MAKES_ALL) skip('the gate leaves it out: npm run test:container runs it');
}
