/** Many packets at a bounded rate, each made when it is its turn. */

export interface Volley<T> {
  /** The next one when it is due, else when it will be; Infinity when all are sent. */
  readonly next: (now: number) => { readonly item: T } | { readonly until: number };
  readonly sent: () => number;
}

/** @param options.make is called once for each index from 0 to `count - 1`, in order; never where that is no positive number. */
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

/** The numbers from `first` on, `count` of them, in random order without repetition, drawn one at a time. */
export function createDraw({
  first,
  count,
  randomInteger,
}: {
  readonly first: number;
  readonly count: number;
  /** Uniform from 0 to `below - 1`. */
  readonly randomInteger: (below: number) => number;
}): () => number | null {
  /** Fisher and Yates, of which only what was moved is kept. */
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
