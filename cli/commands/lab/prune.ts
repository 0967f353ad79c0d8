/** `natcheck lab prune`: removes what labs have left for the next one. */
import { removeRemains } from '../../../lab/docker/remains/remains.ts';
import { EXIT } from '../../exit-code.ts';
import { renderPruned } from '../../render/lab/lab-remains.ts';
import { withSpinner } from '../../render/progress/spinner.ts';
import { type LabAction, withLab } from './action.ts';

export const prune: LabAction = (_words, context) =>
  withLab(context, async () => {
    const removed = await withSpinner('removing what labs have left', context, removeRemains(context.env));
    context.stdout.write(`${renderPruned(removed)}\n`);
    return EXIT.ok;
  });
