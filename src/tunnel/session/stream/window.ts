/** How much of a stream may be on its way, or wait here to be read. */

/** What each side may send before it has heard anything. */
export const WINDOW_MIN_BYTES = 128 * 1_024;
/** What a native stream has on its way at most (UDX_DEFAULT_RWND_MAX of libudx). */
const WINDOW_MAX_BYTES = 4 * 1_024 * 1_024;

export interface Window {
  /** Is told how many bytes have been read in all; true when there is a new limit that the peer should know. */
  readonly grant: (consumed: number) => boolean;
  /** Returns how many bytes may come in all. */
  readonly limit: () => number;
}

/** A window doubles each time half of it has been read: a reader that stands still keeps the least. */
export function createWindow(): Window {
  let size = WINDOW_MIN_BYTES;
  let limit = WINDOW_MIN_BYTES;
  return {
    grant: (consumed) => {
      if (consumed + size - limit < size / 2) return false;
      size = Math.min(WINDOW_MAX_BYTES, 2 * size);
      limit = consumed + size;
      return true;
    },
    limit: () => limit,
  };
}
