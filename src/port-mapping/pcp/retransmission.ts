/** When a request to a port control server is sent again. */

/**
 * RFC 6887 §8.1.1 recommends 3 s for the first gap, which is longer than this host waits for a router at all: a router
 * on its link answers within milliseconds. So it is that of RFC 6886 §3.1, whose servers listen at the same port.
 */
const FIRST_GAP_MS = 250;

/** Gives one gap after the other, in milliseconds: each is twice the last, and all are spread by a tenth (RFC 6887 §8.1.1). */
export function createGaps(random: () => number): () => number {
  let lastMs: number | null = null;
  return () => {
    const spread = random() / 5 - 0.1;
    lastMs = lastMs === null ? (1 + spread) * FIRST_GAP_MS : (2 + spread) * lastMs;
    return lastMs;
  };
}
