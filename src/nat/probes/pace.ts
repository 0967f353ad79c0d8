/**
 * How fast to ask and how long to wait, from the round trips seen so far.
 * RFC 8489 §6.2.1 waits 500 ms, 1 s, 2 s … up to 39.5 s; a detection sends few packets and knows its round trip after
 * the first answer, so it asks again after 1.5 of them.
 */

/** Gaps between the sends of one question before any round trip is known; the last one repeats. */
const BLIND_GAPS_MS = [200, 300, 500] as const;
/** How long a reply may take when no round trip is known: beyond a geostationary satellite's 600 ms. */
const BLIND_PATIENCE_MS = 1000;
/** The floor of every wait: scheduling and queueing on a path with no latency of its own. */
const MIN_GAP_MS = 50;
const MAX_GAP_MS = 1500;
/** After so many sends without an answer the gaps grow, so that a path that is cut for a second is not given up. */
export const STEADY_SENDS = 4;
const MAX_GROWTH = 8;
/** Rounds follow each other faster than replies come, since each is judged by its own companion. */
const MIN_ROUND_MS = 20;
const MAX_ROUND_MS = 150;

/** A question without an answer after this many sends gets none: at 10 % loss each way chance alone does it once in 10⁵. */
export const ASK_LIMIT = 7;

export interface Pace {
  readonly sample: (rttMs: number) => void;
  /** How long after the n-th send (1 is the first) to ask the same question again. */
  readonly gapMs: (sends: number) => number;
  /** How long after a send its reply may still come. */
  readonly patienceMs: () => number;
  /** The time between two rounds of silence testing. */
  readonly roundMs: () => number;
}

export function createPace(): Pace {
  // The slowest path seen, since alternates may be farther away than the primary.
  let slowestMs: number | null = null;
  const scaled = (): number | null => (slowestMs === null ? null : Math.min(MAX_GAP_MS, MIN_GAP_MS + 1.5 * slowestMs));
  const growth = (sends: number): number => Math.min(MAX_GROWTH, 2 ** Math.max(0, sends - STEADY_SENDS));
  const scaledGap = (sends: number): number | null => {
    const gap = scaled();
    return gap === null ? null : Math.min(MAX_GAP_MS, gap * growth(sends));
  };
  return {
    sample: (rttMs) => {
      slowestMs = Math.max(slowestMs ?? 0, rttMs);
    },
    gapMs: (sends) => scaledGap(sends) ?? BLIND_GAPS_MS[Math.min(sends, BLIND_GAPS_MS.length) - 1] ?? BLIND_GAPS_MS[2],
    patienceMs: () => scaled() ?? BLIND_PATIENCE_MS,
    roundMs: () => Math.min(MAX_ROUND_MS, Math.max(MIN_ROUND_MS, (slowestMs ?? 0) / 4)),
  };
}
