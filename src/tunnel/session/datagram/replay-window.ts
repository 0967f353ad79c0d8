/**
 * Which counters of sealed datagrams have been seen: a bitmap of the last ones, as IPsec has it (RFC 4303 §3.4.3), moved block by
 * block (RFC 6479). Counters are safe integers: at a million datagrams a second they last for 285 years.
 */

/** How far a datagram may come behind the newest one. */
export const REPLAY_WINDOW = 2_048;
const BLOCK_BITS = 32;
/** One block more than the window, since the newest block is only partly filled. */
const BLOCKS = REPLAY_WINDOW / BLOCK_BITS + 1;

export interface ReplayWindow {
  /** Returns whether a datagram with this counter may be taken: it is new, and not too old to tell. */
  readonly isNew: (counter: number) => boolean;
  /** Remembers the counter of a datagram that was authenticated. */
  readonly add: (counter: number) => void;
}

export function createReplayWindow(): ReplayWindow {
  const bits = new Uint32Array(BLOCKS);
  let newest = -1;
  const isSet = (counter: number): boolean => ((bits[slotOf(counter)] ?? 0) & maskOf(counter)) !== 0;
  return {
    isNew: (counter) => counter > newest || (counter > newest - REPLAY_WINDOW && !isSet(counter)),
    add: (counter) => {
      if (counter > newest) {
        clearBetween(bits, newest, counter);
        newest = counter;
      }
      if (counter > newest - REPLAY_WINDOW) bits[slotOf(counter)] = (bits[slotOf(counter)] ?? 0) | maskOf(counter);
    },
  };
}

/** Empties the blocks that come into the window. */
function clearBetween(bits: Uint32Array, from: number, to: number): void {
  const first = Math.floor(from / BLOCK_BITS) + 1;
  const last = Math.floor(to / BLOCK_BITS);
  for (let block = Math.max(first, last - BLOCKS + 1); block <= last; block++) bits[block % BLOCKS] = 0;
}

function slotOf(counter: number): number {
  return Math.floor(counter / BLOCK_BITS) % BLOCKS;
}

function maskOf(counter: number): number {
  return 1 << (counter % BLOCK_BITS);
}
