/**
 * What has come of a stream and has not been read, on its way into the buffer of its Duplex. Each chunk there takes some 150 bytes
 * beside its own, and a view of a native stream's buffer keeps 67 KB from the collector: so small frames are gathered while others
 * wait in front of them, and what is less than half of its memory is copied. What is held takes little more than twice its bytes.
 */

/** So many bytes are gathered into one chunk; frames of half of it and more are chunks of their own. */
export const GATHER_BYTES = 4_096;

export interface Unread {
  /** Takes the bytes of a frame. */
  readonly put: (bytes: Uint8Array) => void;
  /** Hands over what is gathered. */
  readonly flush: () => void;
  /** Returns how many bytes are gathered, and not handed over yet. */
  readonly gathered: () => number;
  /** The reader takes what there is; `atOnce` bytes and no fewer, if that is more than 0. */
  readonly read: (atOnce: number) => void;
}

export interface UnreadOptions {
  readonly push: (chunk: Uint8Array) => void;
  /** Returns how many of the bytes that were pushed have not been read. */
  readonly waiting: () => number;
}

interface State extends UnreadOptions {
  /** Null where nothing is gathered. */
  piece: Buffer | null;
  used: number;
  /** How many bytes the reader waits for. */
  wanted: number;
}

export function createUnread(options: UnreadOptions): Unread {
  const state: State = { ...options, piece: null, used: 0, wanted: 0 };
  return {
    put: (bytes) => put(state, bytes),
    flush: () => flush(state),
    gathered: () => state.used,
    read: (atOnce) => {
      state.wanted = atOnce;
      flush(state);
    },
  };
}

function put(state: State, bytes: Uint8Array): void {
  const { push, waiting } = state;
  if (state.used + bytes.length > GATHER_BYTES || bytes.length >= GATHER_BYTES / 2) flush(state);
  const isFirst = state.used === 0 && waiting() === 0;
  if (isFirst || bytes.length >= GATHER_BYTES / 2) {
    push(compact(bytes));
    return;
  }
  state.piece ??= Buffer.allocUnsafeSlow(GATHER_BYTES);
  state.piece.set(bytes, state.used);
  state.used += bytes.length;
  if (state.wanted > 0 && waiting() + state.used >= state.wanted) flush(state);
}

function flush(state: State): void {
  const { piece, used, push } = state;
  if (!piece || used === 0) return;
  Object.assign(state, { piece: null, used: 0 });
  push(compact(piece.subarray(0, used)));
}

/** Returns the bytes in memory that they fill at least half of. */
function compact(bytes: Uint8Array): Uint8Array {
  if (2 * bytes.length >= bytes.buffer.byteLength) return bytes;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
