/**
 * What is shown to strangers, and how hostile input is given to it. One run is one machine's life: it is made, fed some
 * inputs, and let go. All of it follows from the run's seed.
 */
import { createRandom, type Random } from '../../lab/sim/network/random.ts';

/** Gives one input; whoever runs the target counts and times it. */
export type Feed = (work: () => void) => void;

export interface Target {
  readonly name: string;
  /** Its part of a million inputs, as a weight. */
  readonly weight: number;
  /** @throws Error for a bug: an exception of the machine, a run that goes on without end, a promise that is not kept. */
  readonly run: (random: Random, feed: Feed) => void | Promise<void>;
}

/** One run that came to grief. */
export interface Failure {
  readonly target: string;
  readonly seed: number;
  /** Which of the run's inputs it was. */
  readonly input: number;
  readonly error: unknown;
}

export interface RunCounts {
  readonly inputs: number;
  readonly runs: number;
  /** The first few. */
  readonly failures: readonly Failure[];
  readonly failed: number;
  readonly slowestMs: number;
  /** The seed of the run that had the slowest input. */
  readonly slowestSeed: number;
}

const FAILURES_KEPT = 3;

/** Runs with the seeds from `seed` on, until there were as many inputs. A run that throws counts, and the next one begins. */
export async function runTarget(
  target: Target,
  { inputs: wanted, seed }: { readonly inputs: number; readonly seed: number },
): Promise<RunCounts> {
  const failures: Failure[] = [];
  let [inputs, runs, failed, slowestMs, slowestSeed] = [0, 0, 0, 0, seed];
  for (; inputs < wanted; runs++) {
    const runSeed = seed + runs;
    let input = 0;
    const feed: Feed = (work) => {
      input++;
      const startedAt = performance.now();
      work();
      const ms = performance.now() - startedAt;
      if (ms > slowestMs) [slowestMs, slowestSeed] = [ms, runSeed];
    };
    try {
      const run = target.run(createRandom(runSeed).fork(target.name), feed);
      if (run) await run;
    } catch (error) {
      failed++;
      if (failures.length < FAILURES_KEPT) failures.push({ target: target.name, seed: runSeed, input, error });
    }
    // A run that fails before its first input must not go on for ever.
    inputs += Math.max(1, input);
  }
  return { inputs, runs, failures, failed, slowestMs, slowestSeed };
}

/** A bug in words, unless it holds. */
export function hold(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
