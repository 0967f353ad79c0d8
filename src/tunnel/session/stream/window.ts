/** How much of a stream may be on its way, or wait here to be read. */

/** What each side may send before it has heard anything. */
export const WINDOW_MIN_BYTES = 128 * 1_024;
/** What a native stream has on its way at most (UDX_DEFAULT_RWND_MAX of libudx). */
const WINDOW_MAX_BYTES = 4 * 1_024 * 1_024;
/**
 * What the streams of a session share in one direction, as far as it is more than the least window of each. A window that was given
 * cannot be taken back, so those that were given while there were fewer streams come on top: with 1,024 streams, 238 MiB in all.
 */
const SHARED_BYTES = 8 * WINDOW_MAX_BYTES;

/** Returns how large the window of each stream may grow while there are so many. */
export function windowShare(streams: number): number {
  return Math.max(WINDOW_MIN_BYTES, Math.min(WINDOW_MAX_BYTES, Math.floor(SHARED_BYTES / streams)));
}

export interface Window {
  /** Is told how many bytes have been read in all; true when there is a new limit that the peer should know. */
  readonly grant: (consumed: number) => boolean;
  /** Returns how many bytes may come in all. */
  readonly limit: () => number;
  /** Returns after how many bytes the peer should hear that they have come. */
  readonly tellEvery: () => number;
}

/**
 * A window doubles each time half of it has been read: a reader that stands still keeps the least.
 * @param max Returns how large it may be now.
 */
export function createWindow(max: () => number): Window {
  let size = WINDOW_MIN_BYTES;
  let limit = WINDOW_MIN_BYTES;
  return {
    grant: (consumed) => {
      if (consumed + size - limit < size / 2) return false;
      size = Math.min(max(), 2 * size);
      // It may have become smaller, and nothing of what was given is taken back.
      if (consumed + size <= limit) return false;
      limit = consumed + size;
      return true;
    },
    limit: () => limit,
    // The peer keeps no more than its share, which may have become smaller than what was given here.
    tellEvery: () => Math.max(WINDOW_MIN_BYTES / 2, Math.min(size, max()) / 4),
  };
}
