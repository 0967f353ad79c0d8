/** `natcheck lab matrix`: runs natcheck punch for every pair of NATs, and shows whether the results are right. */
import { clearMatrixFiles, writeMatrixFiles } from '../../../lab/docker/matrix/files.ts';
import type { Matrix } from '../../../lab/docker/matrix/matrix.ts';
import { runMatrix } from '../../../lab/docker/matrix/run-matrix.ts';
import { type MatrixLabOptions, startMatrixLab } from '../../../lab/docker/matrix/start-lab.ts';
import { UsageError } from '../../../src/errors.ts';
import type { Context } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { renderMatrix, renderMatrixProgress } from '../../render/grid/matrix-text.ts';
import { createProgress } from '../../render/progress/progress.ts';
import { type LabAction, withLab } from './action.ts';
import { chosenAccesses } from './chosen.ts';
import { findRunning } from './running.ts';

export const matrix: LabAction = ({ out = '', json, hard = false, nat }, context) =>
  withLab(context, async () => {
    const { stdout, stderr, color } = context;
    const chosen = chosenAccesses(nat);
    const twice = chosen.find(({ name }, index) => chosen.findIndex((other) => other.name === name) !== index);
    if (twice) throw new UsageError(`natcheck lab matrix takes each NAT once: ${twice.name} is given twice`);
    await clearMatrixFiles(out);
    if (await findRunning(context)) {
      stderr.write(
        'a lab is already running: the matrix starts another one beside it, with two routers of each kind\n',
      );
    }
    const { result, paths } = await inOwnLab({ out, hard, chosen }, context);
    stdout.write(
      `${json ? JSON.stringify(result) : renderMatrix(result, { color, paths, columns: stdout.columns })}\n`,
    );
    return result.isAsExpected ? EXIT.ok : EXIT.inconclusive;
  });

/** Runs the matrix in a new lab, which is gone when this resolves or rejects; the results so far are written before it ends. */
async function inOwnLab(
  { out, ...kinds }: Pick<MatrixLabOptions, 'hard' | 'chosen'> & { readonly out: string },
  context: Context,
): Promise<{ readonly result: Matrix; readonly paths: readonly string[] }> {
  using progress = await createProgress(context);
  const { signal } = context;
  await using started = await startMatrixLab({ ...kinds, progress: progress.line, signal });
  const result = await runMatrix(started.lab, {
    signal,
    onCell: (done) => progress.line(renderMatrixProgress(done)),
  });
  const paths = await writeMatrixFiles(out, result);
  progress.line('ending the lab');
  return { result, paths };
}
