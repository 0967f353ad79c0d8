/** Runs a lab file: one lab for all pairs, as many at once as the machine bears. */
import { createOwner, firstThrown } from '../../src/net/owner.ts';
import type { Lab } from '../docker/lab.ts';
import { runSchedule } from '../docker/matrix/schedule.ts';
import type { LabFile } from '../file/lab-file.ts';
import { problemIn } from '../file/lab-file-error.ts';
import { RUN_SCHEMA, type RunCell, type RunResult } from '../results/run-result.ts';
import type { Placed } from './bed/plan.ts';
import { type Bed, type BedOptions, startBed } from './bed/start-bed.ts';
import { CutShortError } from './cut-short.ts';
import { orEngineLost } from './engine-lost.ts';
import { type KeptPair, type PairOptions, runPair } from './pair/run-pair.ts';
import type { TakeOver } from './pair/run-try.ts';

export interface RunOptions extends Omit<BedOptions, 'own' | 'keepsCaptures'> {
  /** Which pairs to run; default: all. */
  readonly only?: (a: string, b: string) => boolean;
  /** How often; default: once. */
  readonly repeat?: number;
  /** A directory for what the routers of each try capture; default: it is not kept. */
  readonly pcap?: string;
  readonly onCell?: (progress: { readonly cell: RunCell; readonly done: number; readonly total: number }) => void;
  /** Called with what there is when no more comes, before the lab is ended; also when the run is cut short. */
  readonly onResult?: (result: RunResult) => Promise<void>;
  /**
   * Called after that with the first pair that has not ended as it should, if there is one: its programs still run, and go on
   * until this resolves. No further pair is begun then. Left out: no pair is kept.
   */
  readonly onKept?: ((pair: KeptPair, lab: Lab) => Promise<void>) | undefined;
}

interface RunPair {
  readonly a: Placed;
  readonly b: Placed;
  readonly index: number;
}

/**
 * @throws CutShortError when the signal aborts, a helper or what shapes the links ends, or the engine is lost, while pairs run;
 * before that, the signal's reason, LabFileError, or the error itself.
 */
export async function runLabFile(file: LabFile, options: RunOptions): Promise<RunResult> {
  return inItsLab(file, options).catch((error: unknown) => {
    throw firstThrown(error);
  });
}

async function inItsLab(file: LabFile, options: RunOptions): Promise<RunResult> {
  const { onResult = async () => {}, onKept } = options;
  await using owned = createOwner();
  const bed = await startBed(file, { ...options, keepsCaptures: options.pcap !== undefined, own: owned.use });
  owned.defer(() => options.progress('ending the lab'));
  const keeping = onKept ? createKeeping(owned.use) : null;
  const { result, cause } = await runPairs(bed, options, keeping);
  await onResult(result);
  if (cause !== null) throw new CutShortError(result, cause.error);
  const kept = keeping?.kept();
  if (kept) await onKept?.(kept, bed.lab);
  return result;
}

interface Ran {
  readonly result: RunResult;
  /** Why there are no more; null if nothing has cut it short. */
  readonly cause: { readonly error: unknown } | null;
}

async function runPairs(bed: Bed, options: RunOptions, keeping: Keeping | null): Promise<Ran> {
  const { progress, onCell = () => {}, repeat = 1, pcap } = options;
  const signal = AbortSignal.any([options.signal, bedLost(bed)]);
  const pairs = pairsOf(bed, options);
  const cells: RunCell[] = [];
  progress(`running ${pairs.length} pairs`);
  const startedAt = performance.now();
  const run = async ({ a, b, index }: RunPair): Promise<void> => {
    if (keeping?.kept()) return;
    const cell = await runPair(bed, { a, b, repeat, pcap, signal, keep: keeping?.keep });
    cells[index] = cell;
    onCell({ cell, done: cells.filter(Boolean).length, total: pairs.length });
  };
  const ended = await runSchedule(pairs, { run, signal, pairsAtOnce: bed.file.pairsAtOnce ?? undefined }).then(
    () => null,
    async (error: unknown) => ({ error: signal.aborted ? error : await orEngineLost(error, options.engine.host) }),
  );
  const elapsedMs = Math.round(performance.now() - startedAt);
  const ran = { cells: cells.filter(Boolean), pairs: pairs.length, elapsedMs };
  return { result: resultOf(bed, ran), cause: ended };
}

interface Keeping {
  readonly keep: NonNullable<PairOptions['keep']>;
  readonly kept: () => KeptPair | null;
}

/** Keeps the programs of the first pair that goes wrong. */
function createKeeping(own: TakeOver): Keeping {
  let kept: KeptPair | null = null;
  return {
    kept: () => kept,
    keep: (pair) => {
      if (kept !== null) return null;
      kept = pair;
      return own;
    },
  };
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

function resultOf({ file, about }: Bed, ran: Pick<RunResult, 'cells' | 'pairs' | 'elapsedMs'>): RunResult {
  return {
    schema: RUN_SCHEMA,
    name: file.name,
    ...(about.length > 0 && { about }),
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
