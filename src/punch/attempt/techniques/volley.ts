/** Many packets, sent at a bounded rate; each is made when its turn comes. */

export interface Volley<T> {
  /** Returns the next item when it is due, otherwise when it will be; Infinity when all have been sent. */
  readonly next: (now: number) => { readonly item: T } | { readonly until: number };
  readonly sent: () => number;
}

/** @param options.make called once for each index from 0 to `count - 1`, in order; never if `count` is not positive. */
export function createVolley<T>({
  count,
  perSecond,
  startAt,
  make,
}: {
  readonly count: number;
  readonly perSecond: number;
  readonly startAt: number;
  readonly make: (index: number) => T;
}): Volley<T> {
  let sent = 0;
  return {
    sent: () => sent,
    next: (now) => {
      if (!(sent < count)) return { until: Number.POSITIVE_INFINITY };
      const dueAt = startAt + (sent * 1000) / perSecond;
      return dueAt <= now ? { item: make(sent++) } : { until: dueAt };
    },
  };
}

/** Draws `count` numbers from `first` on, one at a time, in random order and without repetition. */
export function createDraw({
  first,
  count,
  randomInteger,
}: {
  readonly first: number;
  readonly count: number;
  /** Returns a uniform random integer from 0 to `below - 1`. */
  readonly randomInteger: (below: number) => number;
}): () => number | null {
  /** The entries that the Fisher-Yates shuffle has moved; the others are where they began. */
  const moved = new Map<number, number>();
  let left = count;
  return () => {
    if (!(left >= 1)) return null;
    const at = randomInteger(left);
    left--;
    const drawn = moved.get(at) ?? at;
    moved.set(at, moved.get(left) ?? left);
    return first + drawn;
  };
}
