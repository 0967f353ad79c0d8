/** `natcheck lab down`: ends the running lab, and returns when it is gone. */

import { runtimeDir } from '../../../lab/docker/engine/storage/runtime-dir.ts';
import { endLab } from '../../../lab/docker/keeper/end.ts';
import { findRemains } from '../../../lab/docker/remains/remains.ts';
import { EXIT } from '../../exit-code.ts';
import { renderLeft } from '../../render/lab/lab-remains.ts';
import { withSpinner } from '../../render/progress/spinner.ts';
import { type LabAction, withLab } from './action.ts';

export const down: LabAction = (_words, context) =>
  withLab(context, async () => {
    const { stdout, signal, env } = context;
    const ending = endLab(await runtimeDir(env), signal);
    const wasThere = await withSpinner('ending the lab', context, ending);
    stdout.write(wasThere ? 'the lab is gone\n' : 'no lab is running\n');
    if (wasThere) stdout.write(renderLeft(await findRemains(env)));
    return EXIT.ok;
  });
