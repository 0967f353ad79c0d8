/** Runs pairs of peers, several at once, but never two at once behind one router. */
import { unlessAborted } from '../../../src/net/waits.ts';

/**
 * A pair waits more than it computes: for the engine, for silence that counts, for a timeout. On a busy machine of two
 * cores eight at once took 20 to 40 s for the 16 classic pairs, four at once 31 to 63 s.
 */
const PAIRS_AT_ONCE = 8;

export interface Pair<P> {
  readonly a: P;
  readonly b: P;
}

export interface ScheduleOptions<Q> {
  /** Runs both peers of a pair to their ends. */
  readonly run: (pair: Q) => Promise<void>;
  /** Once it has aborted, no further pair begins. */
  readonly signal?: AbortSignal | undefined;
  /** At least 1; default: `PAIRS_AT_ONCE`. */
  readonly pairsAtOnce?: number | undefined;
}

/**
 * Runs all pairs, in their order as far as that goes: a pair that would share a router with one that is running waits,
 * since either could take the ports that the other counts on.
 * @throws what `run` throws, or the signal's reason, at once; pairs that are running are left to end by themselves.
 */
export async function runSchedule<P, Q extends Pair<P>>(
  pairs: readonly Q[],
  { run, signal, pairsAtOnce = PAIRS_AT_ONCE }: ScheduleOptions<Q>,
): Promise<void> {
  const queue = [...pairs];
  const busy = new Set<P>();
  let left = pairs.length;
  const { promise: allDone, resolve, reject } = Promise.withResolvers<void>();
  const runOne = async (pair: Q): Promise<void> => {
    await run(pair);
    busy.delete(pair.a);
    busy.delete(pair.b);
    left -= 1;
    if (left === 0) resolve();
    else beginAll();
  };
  /** Begins every pair that may begin now, in the order of the queue. */
  const beginAll = (): void => {
    for (const pair of [...queue]) {
      const { a, b } = pair;
      if (busy.size >= 2 * pairsAtOnce || busy.has(a) || busy.has(b)) continue;
      queue.splice(queue.indexOf(pair), 1);
      busy.add(a).add(b);
      runOne(pair).catch(reject);
    }
  };

  try {
    beginAll();
    await unlessAborted(allDone, signal);
  } finally {
    queue.length = 0;
  }
}
