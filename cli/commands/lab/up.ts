/** `natcheck lab up`: starts a lab that goes on running, owned by a separate process. */
import { beforeInterrupt } from '../../../lab/docker/engine/interrupt.ts';
import type { Started } from '../../../lab/docker/keeper/channel.ts';
import { startKeeper } from '../../../lab/docker/keeper/spawn.ts';
import type { Context } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { renderLab } from '../../render/lab/lab-text.ts';
import { createProgress } from '../../render/progress/progress.ts';
import { fail, type LabAction, type LabWords } from './action.ts';
import { chosenAccesses } from './chosen.ts';

export const up: LabAction = (words, context) =>
  beforeInterrupt(async () => {
    chosenAccesses(words.nat); // A wrong name is told before anything is started.
    const started = await startKept(words, context);
    if (started.kind === 'failed') return fail(started.failure, context);
    context.stdout.write(`${renderLab(started.lab, { color: context.color, columns: context.stdout.columns })}\n`);
    return EXIT.ok;
  });

async function startKept({ clients, all, nat = [], image }: LabWords, context: Context): Promise<Started> {
  const [, main = ''] = process.argv;
  const chosen = nat.flatMap((name) => ['--nat', name]);
  const keep = [main, 'lab', 'keep', '--clients', `${clients}`, ...(all ? ['--all'] : []), ...chosen];
  if (image !== undefined) keep.push('--image', image);
  using progress = await createProgress(context);
  return await startKeeper(keep, { progress: progress.line, signal: context.signal });
}
