/**
 * How much the peer may send on one stream before it has been read here. Native streams acknowledge whatever comes and hold it
 * all, so without this a peer could fill the memory of a side that reads slowly.
 */

/** What each side may send before it has heard anything. */
export const WINDOW_MIN_BYTES = 512 * 1_024;
/** What a native stream has on its way at most (UDX_DEFAULT_RWND_MAX of libudx). */
const WINDOW_MAX_BYTES = 4 * 1_024 * 1_024;

export interface Window {
  /** Returns the new limit when the peer should be told one, after `consumed` bytes have been read; else null. */
  readonly grant: (consumed: number) => number | null;
  /** Counts bytes that have come; false when they are more than was granted. */
  readonly take: (bytes: number) => boolean;
  readonly taken: () => number;
}

export function createWindow(): Window {
  const state = { size: WINDOW_MIN_BYTES, limit: WINDOW_MIN_BYTES, taken: 0 };
  return {
    // A window doubles as often as half of it has been read: a reader that stands still keeps the least.
    grant: (consumed) => {
      if (consumed + state.size - state.limit < state.size / 2) return null;
      state.size = Math.min(WINDOW_MAX_BYTES, 2 * state.size);
      state.limit = consumed + state.size;
      return state.limit;
    },
    take: (bytes) => {
      state.taken += bytes;
      return state.taken <= state.limit;
    },
    taken: () => state.taken,
  };
}
