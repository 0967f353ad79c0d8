/**
 * A native stream whose messages are bounded. The length in front of a message is not authenticated, and whoever forges one could
 * have a secret stream reserve 16 MB: so lengths are read here first, and a message that is too long ends the stream.
 *
 *     0                           3
 *     +---------------------------+------------------ ...
 *     | length, least byte first  | encrypted message
 *     +---------------------------+------------------ ...
 */
import { EventEmitter } from 'node:events';
import type { UdxStream } from '../../../net/udx/native.ts';
import type { RawStream } from './secret-stream.ts';

const LENGTH_BYTES = 3;

/** @param maxBytes The longest message that the peer may send, encrypted. */
export function boundRaw(raw: UdxStream, maxBytes: number): RawStream {
  const events = new EventEmitter();
  const lengths = createLengths(maxBytes);
  const read = (bytes: Uint8Array): void => {
    if (lengths(bytes)) events.emit('data', bytes);
    else raw.destroy(new Error(`a message is longer than ${maxBytes} bytes`));
  };
  // The secret stream listens some ticks later than it is made, and what the peer has sent may be here already.
  events.on('newListener', (name) => {
    if (name === 'data' && events.listenerCount('data') === 0) raw.on('data', read);
  });
  for (const name of ['end', 'drain', 'error', 'close']) {
    raw.on(name, (...values: unknown[]) => events.emit(name, ...values));
  }
  return Object.assign(events, {
    write: (bytes: Uint8Array) => raw.write(bytes),
    end: () => void raw.end(),
    destroy: (error?: Error | null) => void raw.destroy(error ?? undefined),
    pause: () => void raw.pause(),
    resume: () => void raw.resume(),
    flush: () => raw.flush(),
  });
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
