/** A wait that an abort ends with the signal's own reason, as every other wait here does; Node's ends with another error. */
import { setTimeout as delay } from 'node:timers/promises';

/** @throws the signal's reason when aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
