/** The lab's ways to wait: for a condition, for all of several attempts, for an end that is under way already. */
import { setTimeout as delay } from 'node:timers/promises';

const CHECK_EVERY_MS = 20;

/**
 * Waits for a condition of another process that offers no event to wait on. Resolves with the first value of `condition` that is neither undefined nor false.
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

/** All results, or the first error, but not before every attempt has ended: nothing is created behind a removal's back. */
export async function allOf<T>(attempts: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(attempts);
  return Promise.all(attempts);
}

/** Whoever ends a thing a second time waits for the first to be done. */
export function once<T>(action: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: action() };
    return result.value;
  };
}
