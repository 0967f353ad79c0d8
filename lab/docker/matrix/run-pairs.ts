/** Every row with every column, a few pairs at a time. */
import type { AccessProfile, Ipv6Access } from '../../profiles.ts';
import {
  type Both,
  type Expectation,
  type ExpectedEnd,
  expectationOf,
  expectationOfEnd,
  judgeCell,
  type MatrixCell,
  type PunchedSide,
} from './cell.ts';
import { MATRIX_SCHEMA, type Matrix } from './matrix.ts';
import { type Pair, runSchedule } from './schedule.ts';

export interface MatrixPeer {
  /** The name of its row, or of its column. */
  readonly name: string;
  readonly access: AccessProfile;
  /** What is done with its IPv6; null or left out if it has none. */
  readonly ipv6?: Ipv6Access | null;
}

export interface MatrixProgress {
  readonly cell: MatrixCell;
  /** How many cells are done, including this one. */
  readonly done: number;
  readonly total: number;
}

export interface RunOptions<P extends MatrixPeer> {
  readonly rows: readonly P[];
  readonly columns: readonly P[];
  /** Runs both peers of a pair to their ends. */
  readonly punchPair: (a: P, b: P) => Promise<Both<PunchedSide>>;
  /** Whether there is a relay for the pairs that need one. */
  readonly hasRelay?: boolean;
  /** What is right for a pair; default: what arithmetic says of the techniques of `natcheck punch`. */
  readonly expect?: ((a: P, b: P) => ExpectedEnd) | undefined;
  /** Whether a failure may have any reason, as those of another program have; default: no. */
  readonly anyReason?: boolean;
  /** How many pairs run at once. */
  readonly pairsAtOnce?: number | undefined;
  /** Once it has aborted, no further pair begins. */
  readonly signal?: AbortSignal | undefined;
  /** Called as each cell is done, in whatever order that is. */
  readonly onCell?: ((progress: MatrixProgress) => void) | undefined;
  /** A clock in ms that only goes forward. */
  readonly now?: () => number;
}

interface ExpectedPair<P> extends Pair<P> {
  readonly expected: Expectation;
  /** Its place among the cells. */
  readonly index: number;
}

/**
 * Runs all pairs. Those that take long, by chance or until a timeout, come first, and the others run beside them.
 * @throws what `punchPair` throws, or the signal's reason, at once; pairs that are running are left to end by themselves.
 */
export async function runPairs<P extends MatrixPeer>(options: RunOptions<P>): Promise<Matrix> {
  const { rows, columns, punchPair, signal, pairsAtOnce, onCell = () => {}, now = () => performance.now() } = options;
  const pairs = pairsOf(options);
  const hasIpv6 = [...rows, ...columns].some(({ ipv6 }) => ipv6);
  const cells: MatrixCell[] = [];
  let done = 0;
  const run = async ({ a, b, expected, index }: ExpectedPair<P>): Promise<void> => {
    const cell = judgeCell({ a: a.name, b: b.name, expected, hasIpv6 }, await punchPair(a, b));
    cells[index] = cell;
    done += 1;
    if (!signal?.aborted) onCell({ cell, done, total: pairs.length });
  };

  signal?.throwIfAborted();
  const startedAt = now();
  const inOrder = [...pairs.filter(takesLong), ...pairs.filter((pair) => !takesLong(pair))];
  await runSchedule(inOrder, { run, signal, pairsAtOnce });
  return {
    schema: MATRIX_SCHEMA,
    rows: rows.map(({ name }) => name),
    columns: columns.map(({ name }) => name),
    isAsExpected: cells.every(({ isAsExpected }) => isAsExpected),
    elapsedMs: Math.round(now() - startedAt),
    cells,
  };
}

/** Row by row. */
function pairsOf<P extends MatrixPeer>(options: RunOptions<P>): readonly ExpectedPair<P>[] {
  const { rows, columns, hasRelay = false, expect, anyReason = false } = options;
  const expectedOf = (a: P, b: P): Expectation => {
    if (expect) return expectationOfEnd(expect(a, b));
    const expected = expectationOf(a.access, b.access, { hasRelay, ipv6: [a.ipv6 ?? null, b.ipv6 ?? null] });
    return anyReason ? { ...expected, reasons: null } : expected;
  };
  return rows
    .flatMap((a) => columns.map((b) => ({ a, b, expected: expectedOf(a, b) })))
    .map((pair, index) => ({ ...pair, index }));
}

function takesLong({ expected }: ExpectedPair<unknown>): boolean {
  return expected.outcome === 'failed' || expected.technique === 'birthday';
}
