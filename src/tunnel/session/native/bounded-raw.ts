/**
 * Bounds the messages of a native stream. The length in front of a message is not authenticated, and whoever forges one could
 * have a secret stream reserve 16 MB: so lengths are read here first, and a message that is too long ends the stream.
 *
 *     0                           3
 *     +---------------------------+------------------ ...
 *     | length, least byte first  | encrypted message
 *     +---------------------------+------------------ ...
 */
import type { UdxStream } from '../../../net/udx/native.ts';

const LENGTH_BYTES = 3;

/**
 * Watches what the native stream gives, in front of the secret stream, which is made of it and listens some ticks later: nothing
 * flows before that.
 * @param options.maxBytes The longest message that the peer may send, encrypted.
 * @param options.onTooLong Has to destroy the secret stream, which is given the same bytes right after.
 */
export function boundMessages(
  raw: UdxStream,
  { maxBytes, onTooLong }: { readonly maxBytes: number; readonly onTooLong: (error: Error) => void },
): void {
  const lengths = createLengths(maxBytes);
  const read = (bytes: Uint8Array): void => {
    if (!lengths(bytes)) onTooLong(new Error(`a message is longer than ${maxBytes} bytes`));
  };
  const goInFront = (name: string): void => {
    if (name !== 'data') return;
    raw.off('newListener', goInFront);
    raw.on('data', read);
  };
  raw.on('newListener', goInFront);
}

/** Returns what reads the lengths in the stream's bytes, in whatever pieces they come: false when one is too long. */
export function createLengths(maxBytes: number): (bytes: Uint8Array) => boolean {
  /** How much of the length has been read, what it is so far, and how much of the message is still to come. */
  const state = { read: 0, length: 0, missing: 0 };
  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (state.missing > 0) {
        const step = Math.min(state.missing, bytes.length - at);
        state.missing -= step;
        at += step;
        continue;
      }
      state.length += (bytes[at++] ?? 0) * 256 ** state.read++;
      if (state.read < LENGTH_BYTES) continue;
      if (state.length > maxBytes) return false;
      Object.assign(state, { read: 0, length: 0, missing: state.length });
    }
    return true;
  };
}
