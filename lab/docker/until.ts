/** Waits for a condition of another process that offers no event to wait on. */
import { setTimeout as delay } from 'node:timers/promises';

const CHECK_EVERY_MS = 20;

/**
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
