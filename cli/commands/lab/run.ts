/** `natcheck lab run`: runs the programs of a lab file behind every pair of its NATs. */
import { mkdir } from 'node:fs/promises';
import { findEngine } from '../../../lab/docker/engine/engine.ts';
import { ensureImage } from '../../../lab/docker/image/image.ts';
import type { LabFile } from '../../../lab/file/lab-file.ts';
import { readLabFile } from '../../../lab/file/read.ts';
import { clearRunFiles, writeRunFiles } from '../../../lab/results/run-files.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { CutShortError } from '../../../lab/run/cut-short.ts';
import { onlyPairs } from '../../../lab/run/only.ts';
import { requireRunnable } from '../../../lab/run/require-runnable.ts';
import { type RunOptions, runLabFile } from '../../../lab/run/run-lab-file.ts';
import { UsageError } from '../../../src/errors.ts';
import { explainFileCode } from '../../../src/net/explain-code.ts';
import type { Context } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { type RunProgress, renderRun, renderRunProgress } from '../../render/grid/run-text.ts';
import { createProgress } from '../../render/progress/progress.ts';
import { type LabAction, withLab } from './action.ts';

/** Enough for a rate of one failure in a thousand to be seen. */
const REPEAT_MAX = 1000;

export const run: LabAction = ({ place = '', json, out, only, repeat = 1, pcap }, context) =>
  withLab(context, async () => {
    const { stdout, color } = context;
    if (!Number.isInteger(repeat) || repeat < 1 || repeat > REPEAT_MAX) {
      throw new UsageError(`--repeat takes a whole number from 1 to ${REPEAT_MAX}`);
    }
    const file = await readLabFile(place);
    requireRunnable(file);
    const wanted = { repeat, ...(only && { only: onlyPairs(only, file) }), ...(pcap !== undefined && { pcap }) };
    if (pcap !== undefined) await makeDirectory(pcap);
    if (out !== undefined) await clearRunFiles(out);
    const write = async (result: RunResult): Promise<readonly string[]> =>
      out === undefined ? [] : writeRunFiles(out, result);
    const result = await inOwnLab(file, wanted, context).catch(async (error: unknown) => {
      if (!(error instanceof CutShortError)) throw error;
      await write(error.result);
      throw error.cause;
    });
    const paths = await write(result);
    stdout.write(`${json ? JSON.stringify(result) : renderRun(result, { color, paths, columns: stdout.columns })}\n`);
    return result.isAsExpected ? EXIT.ok : EXIT.inconclusive;
  });

async function inOwnLab(
  file: LabFile,
  wanted: Pick<RunOptions, 'only' | 'repeat' | 'pcap'>,
  context: Context,
): Promise<RunResult> {
  using progress = await createProgress(context);
  const { signal } = context;
  await using engine = await findEngine({ progress: progress.line });
  signal.throwIfAborted();
  const image = await ensureImage(engine, { progress: progress.line });
  signal.throwIfAborted();
  const onCell = (done: RunProgress): void => progress.line(renderRunProgress(done));
  const result = await runLabFile(file, { ...wanted, engine, image, progress: progress.line, signal, onCell });
  progress.line('ending the lab');
  return result;
}

/** @throws UsageError when it cannot be made: that is known before a lab is started. */
async function makeDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true }).catch(({ code, message }: NodeJS.ErrnoException) => {
    throw new UsageError(`captures cannot be written to ${dir}: ${explainFileCode(code ?? message)}`);
  });
}
