/** Runs a lab file: one lab for all pairs, as many at once as the machine bears. */
import { createOwner } from '../../src/net/owner.ts';
import type { Engine } from '../docker/engine/engine.ts';
import type { Progress } from '../docker/engine/provision.ts';
import { startLab } from '../docker/lab.ts';
import { runSchedule } from '../docker/matrix/schedule.ts';
import { startNatcheckServer } from '../docker/served-lab.ts';
import type { LabFile } from '../file/lab-file.ts';
import { RUN_SCHEMA, type RunCell, type RunResult } from '../results/run-result.ts';
import { type Placed, planBed } from './bed/plan.ts';
import { CutShortError } from './cut-short.ts';
import { type PairBed, runPair } from './pair/run-pair.ts';

export interface RunOptions {
  readonly engine: Pick<Engine, 'host'>;
  /** From `ensureImage`. */
  readonly image: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
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
 * @param file one that `requireRunnable` has let through.
 * @throws CutShortError when the signal aborts, or the engine is lost, while pairs run; before that, the signal's reason or the error itself.
 */
export async function runLabFile(file: LabFile, options: RunOptions): Promise<RunResult> {
  const { progress, signal, onCell = () => {} } = options;
  await using owned = createOwner();
  const bed = await startBed(file, options, owned.use);
  const pairs = pairsOf(bed, options);
  const cells: RunCell[] = [];
  progress(`running ${pairs.length} pairs`);
  const startedAt = performance.now();
  const run = async ({ a, b, index }: RunPair): Promise<void> => {
    const cell = await runPair(bed, a, b);
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

function pairsOf({ plan }: PairBed, { only = () => true }: RunOptions): readonly RunPair[] {
  return plan.rows
    .flatMap((a) => plan.columns.map((b) => ({ a, b })))
    .filter(({ a, b }) => only(a.access.name, b.access.name))
    .map((pair, index) => ({ ...pair, index }));
}

async function startBed(
  file: LabFile,
  { engine, image, progress, signal, repeat = 1 }: RunOptions,
  own: <T extends AsyncDisposable>(resource: T) => T,
): Promise<PairBed> {
  const plan = planBed(file);
  progress(`starting ${plan.profiles.length} sites, and holding each to its profile`);
  const lab = own(await startLab({ engine, image, profiles: plan.profiles, backbone: true, addressing: 'free' }));
  signal.throwIfAborted();
  if (file.natcheckServer) own(await startNatcheckServer(lab.server, ['--relay', '--open-relay']));
  const images = new Map(file.sides.map(({ name }) => [name, image]));
  return { file, lab, plan, images, helpers: new Map(), shared: null, repeat, signal };
}
