/** Waits that an abort ends at once, with the reason of its signal. */
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for `ms`. Node's own wait rejects with another error than the signal's reason.
 * @throws the signal's reason when aborted.
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

/**
 * Waits for work that does not know of the signal; the work is left to its own end when the signal aborts.
 * @throws the signal's reason when aborted.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
