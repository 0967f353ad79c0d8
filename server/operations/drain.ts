/** The end of a server that is replaced by another: it takes on nothing new, and goes on with what it has begun. */

/** How often it is looked whether anything is left. */
const LOOK_MS = 250;

export interface Drainable {
  /** Takes on nothing new from now on. */
  readonly begin: () => void;
  /** Whether nobody is served any more. */
  readonly isIdle: () => boolean;
}

/** Why a drain is over: nobody is served any more, or it took too long. */
export type DrainEnd = 'idle' | 'aborted';

/** Resolves when nobody is served any more, or when the signal aborts. */
export async function drain({ begin, isIdle }: Drainable, signal: AbortSignal): Promise<DrainEnd> {
  begin();
  while (!isIdle()) {
    if (signal.aborted) return 'aborted';
    await nextLook(signal);
  }
  return 'idle';
}

function nextLook(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, LOOK_MS);
    signal.addEventListener('abort', end, { once: true });
  });
}
