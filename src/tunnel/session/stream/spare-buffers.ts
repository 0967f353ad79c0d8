/**
 * Buffers that are used again and again. One that is left to the collector instead costs far more than what it holds: kept for a
 * round trip, it outlives the young space, and only a collection of everything frees it.
 */

/** As much as the largest frame holds. */
export const BUFFER_BYTES = 65_536;
/** How many are held for later: as much as one stream keeps at most. */
const SPARE_MAX = 64;

export interface SpareBuffers {
  /** Returns a buffer of BUFFER_BYTES with anything in it. */
  readonly take: () => Buffer;
  /** Takes one back, which whoever gives it must no longer use. */
  readonly give: (buffer: Buffer) => void;
}

export function createSpareBuffers(): SpareBuffers {
  const spare: Buffer[] = [];
  return {
    take: () => spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES),
    give: (buffer) => {
      if (spare.length < SPARE_MAX) spare.push(buffer);
    },
  };
}
