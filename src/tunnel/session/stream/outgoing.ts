/**
 * The bytes of one direction that the peer may not have yet. They are kept, in copies, until it says that it has them: a native
 * stream may be lost with what is in it, and the next one then goes on from where the peer is.
 */
import { FRAME_DATA_MAX_BYTES } from './frames.ts';
import { createKept, type Kept } from './kept.ts';
import type { SpareBuffers } from './spare-buffers.ts';
import { WINDOW_MIN_BYTES } from './window.ts';

export interface Outgoing {
  /** Takes over what is to be sent; its memory may be used again once `pending` is false. */
  readonly put: (chunks: readonly Uint8Array[]) => void;
  /** Whether something of what was put has not been copied yet. */
  readonly pending: () => boolean;
  /**
   * Returns the bytes of the next frame; null when there are none, or the peer has no room. They are valid until any other call,
   * for their memory is used again.
   */
  readonly next: () => Uint8Array | null;
  /** Returns how far `next` has ever given out the stream, in bytes. */
  readonly sent: () => number;
  /** Whether everything that was put has been given out by `next`. */
  readonly isEmpty: () => boolean;
  /** Hears how much the peer has, and for how much it has room in all. */
  readonly hear: (received: number, limit: number) => void;
  /** Begins anew from what the peer has. Returns false when that cannot be. */
  readonly rewind: (received: number) => boolean;
}

export interface OutgoingOptions {
  readonly spare: SpareBuffers;
  /** Returns how many bytes may be kept now, for however many the peer claims to have room. */
  readonly max: () => number;
}

interface State {
  readonly kept: Kept;
  readonly max: () => number;
  /** What was put, and not yet copied. */
  parts: readonly Uint8Array[];
  /** The offset of the next frame. */
  cursor: number;
  sent: number;
  limit: number;
}

export function createOutgoing({ spare, max }: OutgoingOptions): Outgoing {
  const state: State = { kept: createKept(spare), max, parts: [], cursor: 0, sent: 0, limit: WINDOW_MIN_BYTES };
  const { kept } = state;
  return {
    put: (chunks) => {
      state.parts = chunks.filter(({ length }) => length > 0);
    },
    pending: () => state.parts.length > 0,
    next: () => {
      if (state.cursor === kept.end()) takeMore(state);
      if (state.cursor === kept.end()) return null;
      const bytes = kept.from(state.cursor);
      state.cursor += bytes.length;
      state.sent = Math.max(state.sent, state.cursor);
      return bytes;
    },
    sent: () => state.sent,
    isEmpty: () => state.parts.length === 0 && state.cursor === kept.end(),
    hear: (received, limit) => {
      state.limit = Math.max(state.limit, limit);
      if (received > kept.base()) drop(state, Math.min(received, kept.end()));
    },
    rewind: (received) => {
      if (received < kept.base() || received > kept.end()) return false;
      drop(state, received);
      state.cursor = received;
      return true;
    },
  };
}

/** Copies what makes the next frame. */
function takeMore(state: State): void {
  const { kept, limit, max } = state;
  const room = Math.min(limit, kept.base() + max()) - kept.end();
  if (room > 0) state.parts = without(state.parts, kept.put(state.parts, Math.min(FRAME_DATA_MAX_BYTES, room)));
}

function without(parts: readonly Uint8Array[], taken: number): readonly Uint8Array[] {
  let left = taken;
  for (const [index, part] of parts.entries()) {
    if (left < part.length) return [part.subarray(left), ...parts.slice(index + 1)];
    left -= part.length;
  }
  return [];
}

function drop(state: State, received: number): void {
  state.kept.drop(received);
  state.cursor = Math.max(state.cursor, received);
}
