/** Ends a lab that another process keeps, and what a dead keeper has left. */
import { endDaemonAt } from '../engine/daemon.ts';
import { removeLab } from '../engine/labels.ts';
import { isAlive, type ProcessId } from '../engine/process-id.ts';
import { connectDocker } from '../engine/testcontainers.ts';
import { until } from '../waiting.ts';
import type { RunningLab } from './running-lab.ts';
import { forgetLab, knownLab } from './state.ts';

/** A keeper that is installing packages or building an image finishes that first. */
const END_TIMEOUT_MS = 300_000;

/**
 * Resolves when all is gone; false when there was nothing to end.
 * @throws Error when the keeper does not end, or the engine does not remove what a dead one has left.
 */
export async function endLab(dir: string, signal: AbortSignal): Promise<boolean> {
  const known = await knownLab(dir);
  if (known === null) return false;
  const { keeper, isKept, lab } = known;
  if (isKept) await endKeeper(keeper, signal);
  if (lab) await endRemains(lab);
  await forgetLab(dir);
  return true;
}

async function endKeeper(keeper: ProcessId, signal: AbortSignal): Promise<void> {
  process.kill(keeper.pid, 'SIGTERM');
  const ended = async (): Promise<boolean> => {
    signal.throwIfAborted();
    return !(await isAlive(keeper));
  };
  await until(ended, { what: `the end of the lab's keeper (pid ${keeper.pid})`, timeoutMs: END_TIMEOUT_MS });
}

/** Removes what is left of a lab whose keeper was killed, or could not remove everything. */
async function endRemains({ id, engine: { kind, host } }: RunningLab): Promise<void> {
  if (kind === 'private') await endDaemonAt(host.replace(/^unix:\/\//, ''));
  else await removeLab(await connectDocker(host), id);
}
