/** Ways to wait: for a condition, for several attempts, for an end that is already under way. */
import { setTimeout as delay } from 'node:timers/promises';

const CHECK_EVERY_MS = 20;

/**
 * Waits for a condition of another process that offers no event to wait on.
 * Resolves with the first value of `condition` that is neither undefined nor false.
 * @throws Error naming `what` when there is none within `timeoutMs`.
 */
export async function until<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { what, timeoutMs }: { readonly what: string; readonly timeoutMs: number },
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await delay(CHECK_EVERY_MS);
  }
}

/** Resolves with all results, or rejects with the first error, once every attempt has ended: what they create can then be removed. */
export async function allOf<T>(attempts: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(attempts);
  return Promise.all(attempts);
}

/** Makes an action that runs once: later calls get the first result, such as the promise of an end that is under way. */
export function once<T>(action: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: action() };
    return result.value;
  };
}
