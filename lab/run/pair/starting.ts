/** The programs of a try, owned from the moment that they begin to start: none outlives the try, also when it was still starting. */
import { disposeAll } from '../../../src/net/owner.ts';

export interface Starting extends AsyncDisposable {
  /** Starts it and takes it over. @throws what `start` throws; Error when the try is over, without a start. */
  own<R extends AsyncDisposable>(start: () => Promise<R>): Promise<R>;
}

/** Disposing waits for what is starting, and ends everything at once. */
export function createStarting(): Starting {
  const started: Promise<AsyncDisposable>[] = [];
  let isOver = false;
  return {
    own: async (start) => {
      if (isOver) throw new Error('the try is over');
      const starting = start();
      started.push(starting);
      return starting;
    },
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      const all = await Promise.allSettled(started);
      await disposeAll(all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    },
  };
}
