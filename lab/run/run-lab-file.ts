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

export interface RunOptions extends Omit<BedOptions, 'own'> {
  /** Which pairs to run; default: all. */
  readonly only?: (a: string, b: string) => boolean;
  /** How often; default: once. */
  readonly repeat?: number;
  readonly onCell?: (progress: { readonly cell: RunCell; readonly done: number; readonly total: number }) => void;
}

interface RunPair {
  readonly a: Placed;
  readonly b: Placed;
  readonly index: number;
}

/**
 * @throws CutShortError when the signal aborts, a helper or what shapes the links ends, or the engine is lost, while pairs run; before that, the signal's
 * reason, LabFileError, or the error itself.
 */
export async function runLabFile(file: LabFile, options: RunOptions): Promise<RunResult> {
  const { progress, onCell = () => {}, repeat = 1 } = options;
  await using owned = createOwner();
  const bed = await startBed(file, { ...options, own: owned.use });
  const signal = AbortSignal.any([options.signal, bedLost(bed)]);
  const pairs = pairsOf(bed, options);
  const cells: RunCell[] = [];
  progress(`running ${pairs.length} pairs`);
  const startedAt = performance.now();
  const run = async ({ a, b, index }: RunPair): Promise<void> => {
    const cell = await runPair(bed, { a, b, repeat, signal });
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

/** Aborts when a helper, or what shapes the links, ends by itself: no pair after that says anything. */
function bedLost({ file, helpers, links }: Bed): AbortSignal {
  const lost = new AbortController();
  const watch = (failed: Promise<never>, place: string): void => {
    failed.catch((error: Error) => lost.abort(problemIn(file, place, error.message)));
  };
  for (const { name, failed } of helpers.values()) watch(failed, `helpers.${name}`);
  if (links) watch(links.failed, 'link');
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
