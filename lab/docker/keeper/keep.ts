/** The keeper: a process that owns a lab from its start until it is told to end, and leaves nothing behind. */
import { once } from 'node:events';
import { type Env, runtimeDir } from '../engine/storage/runtime-dir.ts';
import type { KeeperMessage } from './channel.ts';
import { failureOf } from './failure.ts';
import { type KeptLabOptions, startKeptLab } from './kept-lab.ts';
import { claimLab } from './state.ts';

export interface KeepOptions {
  readonly env: Env;
  readonly signal: AbortSignal;
  /** Resolves when the message is on its way. */
  readonly tell: (message: KeeperMessage) => Promise<void>;
}

/**
 * Keeps a lab until the signal aborts, or the lab's server ends; what goes wrong before it is ready is told, not thrown.
 * @throws the signal's reason, or Error when something could not be removed.
 */
export async function keepLab(options: KeptLabOptions, { env, signal, tell }: KeepOptions): Promise<void> {
  let isReady = false;
  try {
    await using claim = await claimLab(await runtimeDir(env));
    const progress = (line: string): void => void tell({ kind: 'progress', line });
    await using lab = await startKeptLab(options, { progress, signal });
    await claim.publish(lab.running);
    await tell({ kind: 'ready', lab: lab.running });
    isReady = true;
    if (!signal.aborted) await Promise.race([once(signal, 'abort'), lab.serverEnded]);
  } catch (error) {
    signal.throwIfAborted();
    if (isReady) throw error;
    await tell({ kind: 'failed', failure: failureOf(error) });
  }
}
