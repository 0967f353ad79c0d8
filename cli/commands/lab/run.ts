/** `natcheck lab run`: runs the programs of a lab file behind every pair of its NATs. */
import { findEngine } from '../../../lab/docker/engine/engine.ts';
import { ensureImage } from '../../../lab/docker/image/image.ts';
import type { LabFile } from '../../../lab/file/lab-file.ts';
import { readLabFile } from '../../../lab/file/read.ts';
import { clearRunFiles, writeRunFiles } from '../../../lab/results/run-files.ts';
import type { RunResult } from '../../../lab/results/run-result.ts';
import { runLabFile } from '../../../lab/run/run-lab-file.ts';
import type { Context } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { renderRun, renderRunProgress } from '../../render/grid/run-text.ts';
import { createProgress } from '../../render/progress/progress.ts';
import { type LabAction, withLab } from './action.ts';

export const run: LabAction = ({ place = '', json, out }, context) =>
  withLab(context, async () => {
    const { stdout, color } = context;
    const file = await readLabFile(place);
    if (out !== undefined) await clearRunFiles(out);
    const result = await inOwnLab(file, context);
    const paths = out === undefined ? [] : await writeRunFiles(out, result);
    stdout.write(`${json ? JSON.stringify(result) : renderRun(result, { color, paths, columns: stdout.columns })}\n`);
    return result.isAsExpected ? EXIT.ok : EXIT.inconclusive;
  });

async function inOwnLab(file: LabFile, context: Context): Promise<RunResult> {
  using progress = await createProgress(context);
  const { signal } = context;
  await using engine = await findEngine({ progress: progress.line });
  signal.throwIfAborted();
  const image = await ensureImage(engine, { progress: progress.line });
  signal.throwIfAborted();
  const onCell = (done: Parameters<typeof renderRunProgress>[0]): void => progress.line(renderRunProgress(done));
  const result = await runLabFile(file, { engine, image, progress: progress.line, signal, onCell });
  progress.line('ending the lab');
  return result;
}
