/** Runs a lab file: one lab for all pairs, as many at once as the machine bears. */
import { createOwner } from '../../src/net/owner.ts';
import type { Engine } from '../docker/engine/engine.ts';
import type { Progress } from '../docker/engine/provision.ts';
import { startLab } from '../docker/lab.ts';
import { runSchedule } from '../docker/matrix/schedule.ts';
import { startNatcheckServer } from '../docker/served-lab.ts';
import type { Addressing } from '../docker/topology/addressing.ts';
import type { LabFile, ProgramSpec } from '../file/lab-file.ts';
import { problemIn } from '../file/lab-file-error.ts';
import { RUN_SCHEMA, type RunCell, type RunResult } from '../results/run-result.ts';
import { type Placed, planBed } from './bed/plan.ts';
import { type PairBed, runPair } from './pair/run-pair.ts';

/** Beside those of a lab that is used by hand. */
const ADDRESSING: Addressing = {
  publicPrefix: '192.0.2',
  privatePrefix: '10.115',
  routedPrefix: '198.19',
  carrierPrefix: '100.66',
};

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

/** @throws LabFileError for what the lab cannot do; the signal's reason; Error when the engine does not what it should. */
export async function runLabFile(file: LabFile, options: RunOptions): Promise<RunResult> {
  const { progress, signal, onCell = () => {} } = options;
  await using owned = createOwner();
  const bed = await startBed(file, options, owned.use);
  const pairs = pairsOf(bed, options);
  const cells: RunCell[] = [];
  let done = 0;
  progress(`running ${pairs.length} pairs`);
  const startedAt = performance.now();
  const run = async ({ a, b, index }: RunPair): Promise<void> => {
    const cell = await runPair(bed, a, b);
    cells[index] = cell;
    done += 1;
    onCell({ cell, done, total: pairs.length });
  };
  const atOnce = bed.plan.further.length > 0 ? 1 : (file.pairsAtOnce ?? undefined);
  await runSchedule(pairs, { run, signal, pairsAtOnce: atOnce });
  const ran = cells.filter((cell) => cell !== undefined);
  return {
    schema: RUN_SCHEMA,
    name: file.name,
    rows: file.rows.map(({ name }) => name),
    columns: file.columns.map(({ name }) => name),
    isAsExpected: ran.every(({ isAsExpected }) => isAsExpected),
    pairs: pairs.length,
    isComplete: ran.length === pairs.length,
    elapsedMs: Math.round(performance.now() - startedAt),
    cells: ran,
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
  refuseForNow(file);
  const plan = planBed(file);
  progress(`starting ${plan.profiles.length} sites, and holding each to its profile`);
  const lab = own(await startLab({ engine, image, profiles: plan.profiles, backbone: true, addressing: ADDRESSING }));
  signal.throwIfAborted();
  if (file.natcheckServer) own(await startNatcheckServer(lab.server, ['--relay', '--open-relay']));
  const images = new Map(file.sides.map(({ name }) => [name, image]));
  return { file, lab, plan, images, helpers: new Map(), shared: null, repeat, signal };
}

/** @throws LabFileError for what this version does not do yet. */
function refuseForNow(file: LabFile): void {
  const isPlain = ({ source, files }: ProgramSpec): boolean =>
    source.kind === 'lab' && source.packages.length === 0 && Object.keys(files).length === 0;
  for (const side of file.sides) {
    if (!isPlain(side))
      throw problemIn(file, `sides.${side.name}`, "only programs of the lab's own image can be run yet");
  }
  for (const { name, before, command } of file.sides) {
    if (before.length === 0 || command !== null) continue;
    throw problemIn(
      file,
      `sides.${name}.before`,
      "nothing can be run yet before an image's own command: give a command",
    );
  }
  const [fault] = file.faults;
  if (fault) throw problemIn(file, 'faults[0]', 'faults are not made yet');
  if (file.link) throw problemIn(file, 'link', 'links are not shaped yet');
  if (file.setup) throw problemIn(file, 'setup', 'a setup is not run yet');
  const [helper] = file.helpers;
  if (helper) throw problemIn(file, `helpers.${helper.name}`, 'helpers are not started yet');
}
