/** Runs a lab file: one lab for all pairs, as many at once as the machine bears. */
import { createOwner } from '../../src/net/owner.ts';
import { runSchedule } from '../docker/matrix/schedule.ts';
import type { LabFile } from '../file/lab-file.ts';
import { problemIn } from '../file/lab-file-error.ts';
import { RUN_SCHEMA, type RunCell, type RunResult } from '../results/run-result.ts';
import type { Placed } from './bed/plan.ts';
import { type Bed, type BedOptions, startBed } from './bed/start-bed.ts';
import { CutShortError } from './cut-short.ts';
import { runPair } from './pair/run-pair.ts';

export interface RunOptions extends Omit<BedOptions, 'own' | 'keepsCaptures'> {
  /** Which pairs to run; default: all. */
  readonly only?: (a: string, b: string) => boolean;
  /** How often; default: once. */
  readonly repeat?: number;
  /** A directory for what the routers of each try capture; default: it is not kept. */
  readonly pcap?: string;
  readonly onCell?: (progress: { readonly cell: RunCell; readonly done: number; readonly total: number }) => void;
}

interface RunPair {
  readonly a: Placed;
  readonly b: Placed;
  readonly index: number;
}

/**
 * @param file one that `requireRunnable` has let through.
 * @throws CutShortError when the signal aborts, a helper ends, or the engine is lost, while pairs run; before that, the signal's
 * reason, LabFileError, or the error itself.
 */
export async function runLabFile(file: LabFile, options: RunOptions): Promise<RunResult> {
  const { progress, onCell = () => {}, repeat = 1, pcap = null } = options;
  await using owned = createOwner();
  const bed = await startBed(file, { ...options, keepsCaptures: pcap !== null, own: owned.use });
  const signal = AbortSignal.any([options.signal, helperLost(bed)]);
  const pairs = pairsOf(bed, options);
  const cells: RunCell[] = [];
  progress(`running ${pairs.length} pairs`);
  const startedAt = performance.now();
  const run = async ({ a, b, index }: RunPair): Promise<void> => {
    const cell = await runPair(bed, { a, b, repeat, pcap, signal });
    cells[index] = cell;
    onCell({ cell, done: cells.filter(Boolean).length, total: pairs.length });
  };
  const result = (): RunResult =>
    resultOf(file, {
      cells: cells.filter(Boolean),
      pairs: pairs.length,
      elapsedMs: Math.round(performance.now() - startedAt),
    });
  try {
    await runSchedule(pairs, { run, signal, pairsAtOnce: file.pairsAtOnce ?? undefined });
  } catch (cause) {
    throw new CutShortError(result(), cause);
  }
  return result();
}

/** Aborts when a helper ends by itself: no pair after that says anything. */
function helperLost({ file, helpers }: Bed): AbortSignal {
  const lost = new AbortController();
  for (const { name, failed } of helpers.values()) {
    failed.catch((error: Error) => lost.abort(problemIn(file, `helpers.${name}`, error.message)));
  }
  return lost.signal;
}

function resultOf(file: LabFile, ran: Pick<RunResult, 'cells' | 'pairs' | 'elapsedMs'>): RunResult {
  return {
    schema: RUN_SCHEMA,
    name: file.name,
    rows: file.rows.map(({ name }) => name),
    columns: file.columns.map(({ name }) => name),
    isAsExpected: ran.cells.every(({ isAsExpected }) => isAsExpected),
    isComplete: ran.cells.length === ran.pairs,
    ...ran,
  };
}

function pairsOf({ plan }: Bed, { only = () => true }: RunOptions): readonly RunPair[] {
  return plan.rows
    .flatMap((a) => plan.columns.map((b) => ({ a, b })))
    .filter(({ a, b }) => only(a.access.name, b.access.name))
    .map((pair, index) => ({ ...pair, index }));
}
