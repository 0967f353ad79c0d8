/** The Duplex of Node that a stream is for its user. */
import { Duplex } from 'node:stream';
import { FRAME_DATA_MAX_BYTES } from './frames.ts';
import { WINDOW_MIN_BYTES } from './window.ts';

/** Less than the least window, so that the peer is told of more room before it has to stop. */
const READ_BUFFER_BYTES = WINDOW_MIN_BYTES / 2;
const WRITE_BUFFER_BYTES = 4 * FRAME_DATA_MAX_BYTES;

export type Done = (error?: Error | null) => void;

export interface DuplexHandlers {
  /** Called before bytes are taken out: so many at once and no fewer, or what there is for 0. */
  readonly onRead: (atOnce: number) => void;
  /** Called when bytes may have been taken out. */
  readonly onConsumed: () => void;
  readonly write: (chunks: readonly Uint8Array[], done: Done) => void;
  /** Nothing more is written. */
  readonly final: (done: Done) => void;
  readonly onDestroyed: (error: Error | null) => void;
}

export function createDuplex({ onRead, onConsumed, write, final, onDestroyed }: DuplexHandlers): Duplex {
  const duplex = new Duplex({
    allowHalfOpen: true,
    readableHighWaterMark: READ_BUFFER_BYTES,
    writableHighWaterMark: WRITE_BUFFER_BYTES,
    // Node asks for more before it takes out what is there, so what has been consumed is only known afterwards.
    read: () => queueMicrotask(onConsumed),
    write: (chunk: Uint8Array, _encoding, done) => write([chunk], done),
    writev: (chunks, done) => {
      const all = chunks.map(({ chunk }) => chunk as Uint8Array);
      write(all, done);
    },
    final,
    destroy: (error, done) => {
      onDestroyed(error);
      done(error);
    },
  });
  const read = duplex.read.bind(duplex);
  // Node itself reads 0 bytes when it only wants to hear of more.
  duplex.read = (bytes) => {
    if (bytes !== 0 && !duplex.destroyed) onRead(bytes ?? 0);
    return read(bytes);
  };
  // A stream that fails when nobody listens must not end the process; who does not listen sees it close.
  duplex.on('error', () => {});
  return duplex;
}
