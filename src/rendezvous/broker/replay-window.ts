/** Which numbers have come, as RFC 4303 §3.4.3 keeps them: each counts once, and what is far behind the highest not at all. */

/** Three brokers may bring messages in three orders, but none lags by so many. */
const WINDOW = 64;

export interface ReplayWindow {
  /** Takes a number; false when it has come before, or is too old to tell. */
  readonly take: (number: number) => boolean;
  /** Takes nothing any more that is not beyond the highest so far. */
  readonly close: () => void;
}

export function createReplayWindow(): ReplayWindow {
  const taken = new Set<number>();
  let highest = Number.NEGATIVE_INFINITY;
  let closedAt = Number.NEGATIVE_INFINITY;
  return {
    take: (number) => {
      if (number <= Math.max(closedAt, highest - WINDOW) || taken.has(number)) return false;
      taken.add(number);
      highest = Math.max(highest, number);
      for (const one of taken) if (one <= highest - WINDOW) taken.delete(one);
      return true;
    },
    close: () => {
      closedAt = highest;
    },
  };
}
