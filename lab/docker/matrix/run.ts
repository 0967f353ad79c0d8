/** Every row with every column, a few pairs at a time. */

import { unlessAborted } from '../../../src/net/unless-aborted.ts';
import type { AccessProfile } from '../../profiles.ts';
import { type Both, expectationOf, judgeCell, type MatrixCell, type PunchedSide } from './cell.ts';
import { MATRIX_SCHEMA, type Matrix } from './matrix.ts';

/**
 * A pair waits more than it computes: for the engine, for silence that counts, for a timeout. On a busy machine of two
 * cores eight at once took 20 to 40 s for the 16 classic pairs, four at once 31 to 63 s.
 */
const PAIRS_AT_ONCE = 8;

export interface MatrixPeer {
  /** Of the row, or of the column. */
  readonly name: string;
  readonly access: AccessProfile;
}

export interface MatrixProgress {
  readonly cell: MatrixCell;
  /** How many are done, this one included. */
  readonly done: number;
  readonly total: number;
}

export interface RunOptions<P extends MatrixPeer> {
  readonly rows: readonly P[];
  readonly columns: readonly P[];
  /** Runs both peers of a pair to their ends. */
  readonly punchPair: (a: P, b: P) => Promise<Both<PunchedSide>>;
  /** Whether what arithmetic leaves to a relay has one. */
  readonly hasRelay?: boolean;
  /** No further pair is begun once it has aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Called as each cell is done, in whatever order they are. */
  readonly onCell?: ((progress: MatrixProgress) => void) | undefined;
  /** Ms on a clock that only goes forward. */
  readonly now?: () => number;
}

/**
 * Runs all pairs. Those that take long come first, by chance or by a timeout, and the others go on beside them; but no two
 * at once behind one router, where the one would take the ports that the other counts on.
 * @throws what `punchPair` throws, or the signal's reason, at once; pairs that are under way are left to their own end.
 */
export async function runPairs<P extends MatrixPeer>(options: RunOptions<P>): Promise<Matrix> {
  const { rows, columns, punchPair, signal, onCell = () => {}, now = () => performance.now() } = options;
  const pairs = rows
    .flatMap((a) => columns.map((b) => ({ a, b, expected: expectationOf(a.access, b.access, options) })))
    .map((pair, index) => ({ ...pair, index }));
  const isWaiting = ({ expected }: (typeof pairs)[number]): boolean =>
    expected.outcome === 'failed' || expected.technique === 'birthday';
  const queue = [...pairs.filter(isWaiting), ...pairs.filter((pair) => !isWaiting(pair))];
  const cells: MatrixCell[] = [];
  const busy = new Set<P>();
  const { promise: allDone, resolve, reject } = Promise.withResolvers<void>();
  let done = 0;
  const run = async (pair: (typeof pairs)[number]): Promise<void> => {
    const { a, b, expected, index } = pair;
    const cell = judgeCell({ a: a.name, b: b.name, expected }, await punchPair(a, b));
    cells[index] = cell;
    done += 1;
    if (!signal?.aborted) onCell({ cell, done, total: pairs.length });
    busy.delete(a);
    busy.delete(b);
    if (done === pairs.length) resolve();
    else begin();
  };
  /** All that may begin now, in the order of the queue. */
  const begin = (): void => {
    for (const pair of [...queue]) {
      const { a, b } = pair;
      if (busy.size >= 2 * PAIRS_AT_ONCE || busy.has(a) || busy.has(b)) continue;
      queue.splice(queue.indexOf(pair), 1);
      busy.add(a).add(b);
      run(pair).catch(reject);
    }
  };

  signal?.throwIfAborted();
  const startedAt = now();
  try {
    begin();
    await unlessAborted(allDone, signal);
  } finally {
    queue.length = 0;
  }
  return {
    schema: MATRIX_SCHEMA,
    rows: rows.map(({ name }) => name),
    columns: columns.map(({ name }) => name),
    isAsExpected: cells.every(({ isAsExpected }) => isAsExpected),
    elapsedMs: Math.round(now() - startedAt),
    cells,
  };
}
