/** `natcheck lab run`: runs the programs of a lab file behind every pair of its NATs. */
import { mkdir } from 'node:fs/promises';
import { findEngine } from '../../../lab/docker/engine/engine.ts';
import { runtimeDir } from '../../../lab/docker/engine/storage/runtime-dir.ts';
import { ensureImage } from '../../../lab/docker/image/image.ts';
import { claimLab } from '../../../lab/docker/keeper/state.ts';
import type { LabFile } from '../../../lab/file/lab-file.ts';
import { readLabFile } from '../../../lab/file/read.ts';
import { clearRunFiles, writeRunFiles } from '../../../lab/results/run-files.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { CutShortError } from '../../../lab/run/cut-short.ts';
import { onlyPairs } from '../../../lab/run/only.ts';
import { requireRealizable } from '../../../lab/run/require-realizable.ts';
import { type RunOptions, runLabFile } from '../../../lab/run/run-lab-file.ts';
import { UsageError } from '../../../src/errors.ts';
import { explainFileCode } from '../../../src/net/explain-code.ts';
import { firstThrown } from '../../../src/net/owner.ts';
import type { Context } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { type RunProgress, renderRun, renderRunProgress } from '../../render/grid/run-text.ts';
import { createProgress } from '../../render/progress/progress.ts';
import { type LabAction, withLab } from './action.ts';
import { keepUntilInterrupted, keptLab } from './kept.ts';

/** Enough for a rate of one failure in a thousand to be seen. */
const REPEAT_MAX = 1000;

export const run: LabAction = ({ place = '', json = false, out, only, repeat = 1, keep = false, pcap }, context) =>
  withLab(context, async () => {
    if (!Number.isInteger(repeat) || repeat < 1 || repeat > REPEAT_MAX) {
      throw new UsageError(`--repeat takes a whole number from 1 to ${REPEAT_MAX}`);
    }
    const file = await readLabFile(place);
    requireRealizable(file);
    const wanted = { repeat, ...(only && { only: onlyPairs(only, file) }), ...(pcap !== undefined && { pcap }) };
    if (pcap !== undefined) await makeDirectory(pcap);
    if (out !== undefined) await clearRunFiles(out);
    const { isAsExpected } = await inOwnLab(file, { ...wanted, json, out, keep }, context).catch((thrown: unknown) => {
      const error = firstThrown(thrown);
      throw error instanceof CutShortError ? error.cause : error;
    });
    return isAsExpected ? EXIT.ok : EXIT.inconclusive;
  });

interface Wanted extends Pick<RunOptions, 'only' | 'repeat' | 'pcap'>, Reported {
  readonly keep: boolean;
}

/** The results are told before the lab is ended, which takes a while and may be cut short. */
async function inOwnLab(file: LabFile, { keep, json, out, ...wanted }: Wanted, context: Context): Promise<RunResult> {
  using progress = await createProgress(context);
  const { signal } = context;
  await using claim = keep ? await claimLab(await runtimeDir(context.env)) : null;
  await using engine = await findEngine({ progress: progress.line });
  signal.throwIfAborted();
  const image = await ensureImage(engine, { progress: progress.line, signal });
  signal.throwIfAborted();
  const onCell = (done: RunProgress): void => progress.line(renderRunProgress(done));
  const onResult = async (result: RunResult): Promise<void> => {
    progress[Symbol.dispose]();
    await report(result, { json, out }, context);
  };
  const onKept: RunOptions['onKept'] = claim
    ? (pair, lab) => keepUntilInterrupted(pair, { claim, running: keptLab(pair, lab, engine), context })
    : undefined;
  // Awaited here: what is returned as a promise is not waited for before the engine is ended.
  return await runLabFile(file, {
    ...wanted,
    engine,
    image,
    progress: progress.line,
    signal,
    onCell,
    onResult,
    onKept,
  });
}

interface Reported {
  readonly json: boolean;
  readonly out: string | undefined;
}

/** Prints the results even if they cannot be written. @throws UsageError when they cannot. */
async function report(result: RunResult, { json, out }: Reported, { stdout, color }: Context): Promise<void> {
  const written = out === undefined ? [] : await writeRunFiles(out, result).catch((error: unknown) => ({ error }));
  const paths = 'error' in written ? [] : written;
  stdout.write(`${json ? JSON.stringify(result) : renderRun(result, { color, paths, columns: stdout.columns })}\n`);
  if ('error' in written) throw written.error;
}

/** @throws UsageError when it cannot be made: that is known before a lab is started. */
async function makeDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true }).catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UsageError(`captures cannot be written to ${dir}: ${explainFileCode(code ?? message)}`);
  });
}
