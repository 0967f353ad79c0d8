/** A queue from callbacks to a loop that waits for the next item. */
import { now, TIMER_MAX_MS } from './driver.ts';

export interface Inbox<T> {
  readonly put: (item: T) => void;
  /**
   * The next item, or null when none has come by that time of `now`, or within 24 days; Infinity waits for one.
   * @throws the signal's reason when aborted.
   */
  readonly next: (until: { readonly by: number; readonly signal?: AbortSignal | undefined }) => Promise<T | null>;
}

/** Only one loop may take items at a time. */
export function createInbox<T>(): Inbox<T> {
  const items: T[] = [];
  let wake = (): void => {};
  return {
    put: (item) => {
      items.push(item);
      wake();
    },
    next: async ({ by, signal }) => {
      signal?.throwIfAborted();
      if (items.length === 0) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const waitMs = Math.min(TIMER_MAX_MS, Math.max(0, Math.ceil(by - now())));
        const timer = by === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, waitMs);
        const abort = (): void => reject(signal?.reason);
        signal?.addEventListener('abort', abort, { once: true });
        wake = resolve;
        try {
          await promise;
        } finally {
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
        }
      }
      return items.shift() ?? null;
    },
  };
}
