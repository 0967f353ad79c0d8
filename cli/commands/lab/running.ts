/** Finds the running lab for the commands that use it. */

import { runtimeDir } from '../../../lab/docker/engine/storage/runtime-dir.ts';
import type { RunningLab } from '../../../lab/docker/keeper/running-lab.ts';
import { inUse, knownLab } from '../../../lab/docker/keeper/state.ts';
import { UsageError } from '../../../src/errors.ts';
import type { Context } from '../../command.ts';

/** Returns null when there is none. @throws UsageError when it is still starting. */
export async function findRunning({ env }: Pick<Context, 'env'>): Promise<RunningLab | null> {
  const known = await knownLab(await runtimeDir(env));
  if (!known?.isKept) return null;
  if (known.lab === null) throw new UsageError(inUse(known));
  return known.lab;
}
