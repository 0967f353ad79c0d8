/** The bytes that every pipe of the benchmark carries: known to both ends, so that each one that arrives is compared. */
import { createCipheriv } from 'node:crypto';

const BLOCK_BYTES = 1024 * 1024;
/** Random enough that nothing on the way compresses it; a constant key, since nothing here is secret. */
const BLOCK = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(BLOCK_BYTES));

/** Gives the pattern in pieces of up to 1 MiB, each of which is good until the next one; their number is in their first bytes. */
export function* pattern(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= BLOCK_BYTES) {
    numberBlock((bytes - left) / BLOCK_BYTES);
    yield BLOCK.subarray(0, Math.min(BLOCK_BYTES, left));
  }
}

function numberBlock(index: number): void {
  BLOCK.writeUInt32LE(index);
}

/** What has arrived, and when: wall-clock milliseconds, as every process of the machine has them. */
export interface Arrival {
  readonly bytes: number;
  readonly firstByteAt: number;
  readonly lastByteAt: number;
  /** Where the first byte stands that is not the pattern's; null when there is none. */
  readonly wrongAt: number | null;
}

/** Compares what arrives with the pattern. */
export function arrivals(): { readonly take: (chunk: Uint8Array) => void; readonly told: () => Arrival } {
  let bytes = 0;
  let firstByteAt = 0;
  let lastByteAt = 0;
  let wrongAt: number | null = null;
  const isRight = (chunk: Uint8Array, at: number): boolean => {
    const within = at % BLOCK_BYTES;
    numberBlock((at - within) / BLOCK_BYTES);
    return BLOCK.compare(chunk, 0, chunk.length, within, within + chunk.length) === 0;
  };
  return {
    take(chunk) {
      lastByteAt = performance.timeOrigin + performance.now();
      if (bytes === 0) firstByteAt = lastByteAt;
      for (let rest = chunk; rest.length > 0; ) {
        const piece = rest.subarray(0, BLOCK_BYTES - (bytes % BLOCK_BYTES));
        if (wrongAt === null && !isRight(piece, bytes)) wrongAt = bytes;
        bytes += piece.length;
        rest = rest.subarray(piece.length);
      }
    },
    told: () => ({ bytes, firstByteAt, lastByteAt, wrongAt }),
  };
}
