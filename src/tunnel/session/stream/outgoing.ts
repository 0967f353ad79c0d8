/**
 * The bytes of one direction that the peer may not have yet. They are kept, in copies, until it says that it has them: a native
 * stream may be lost with what is in it, and the next one then goes on from where the peer is.
 */
import { FRAME_DATA_MAX_BYTES } from './frames.ts';
import { WINDOW_MIN_BYTES } from './window.ts';

/** How many full frames of memory wait for the next ones: 1 MiB. A new buffer for each of them would be work for the collector. */
const SPARE_FRAMES = 16;

export interface Outgoing {
  /** Takes over what is to be sent; its memory may be used again once `pending` is false. */
  readonly put: (chunks: readonly Uint8Array[]) => void;
  /** Whether something of what was put has not been copied yet. */
  readonly pending: () => boolean;
  /** Returns the bytes of the next frame, good until the peer has them; null when there are none, or the peer has no room. */
  readonly next: () => Uint8Array | null;
  /** Whether everything that was put has been given out by `next`. */
  readonly isEmpty: () => boolean;
  /** Hears how much the peer has, and for how much it has room in all. */
  readonly hear: (received: number, limit: number) => void;
  /** Begins anew from what the peer has. Returns false when that cannot be. */
  readonly rewind: (received: number) => boolean;
}

interface State {
  /** What was put, and not yet copied. */
  parts: Uint8Array[];
  /** What the peer may not have, from the offset `base` on. */
  readonly kept: Uint8Array[];
  base: number;
  /** The memory of full frames that the peer has. */
  readonly spare: Buffer[];
  /** Which of `kept` comes next. */
  cursor: number;
  /** The offset behind `kept`. */
  end: number;
  limit: number;
}

export function createOutgoing(): Outgoing {
  const state: State = { parts: [], kept: [], spare: [], base: 0, cursor: 0, end: 0, limit: WINDOW_MIN_BYTES };
  return {
    put: (chunks) => {
      state.parts = chunks.filter(({ length }) => length > 0);
    },
    pending: () => state.parts.length > 0,
    next: () => {
      const bytes = state.kept[state.cursor] ?? takeMore(state);
      if (bytes) state.cursor++;
      return bytes;
    },
    isEmpty: () => state.parts.length === 0 && state.cursor === state.kept.length,
    hear: (received, limit) => {
      state.limit = Math.max(state.limit, limit);
      drop(state, Math.min(received, state.end));
    },
    rewind: (received) => {
      if (received < state.base || received > state.end) return false;
      drop(state, received);
      state.cursor = 0;
      return true;
    },
  };
}

/** Copies what makes the next frame. */
function takeMore(state: State): Uint8Array | null {
  const { taken, rest, bytes } = takeUpTo(state.parts, Math.min(FRAME_DATA_MAX_BYTES, state.limit - state.end));
  if (bytes === 0) return null;
  state.parts = rest;
  state.end += bytes;
  const copy = bytes === FRAME_DATA_MAX_BYTES ? fullFrame(state, taken) : Buffer.concat(taken, bytes);
  state.kept.push(copy);
  return copy;
}

function fullFrame({ spare }: State, parts: readonly Uint8Array[]): Uint8Array {
  const frame = spare.pop() ?? Buffer.allocUnsafeSlow(FRAME_DATA_MAX_BYTES);
  let at = 0;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

function takeUpTo(
  parts: readonly Uint8Array[],
  max: number,
): { readonly taken: Uint8Array[]; readonly rest: Uint8Array[]; readonly bytes: number } {
  const taken: Uint8Array[] = [];
  let bytes = 0;
  for (const [index, part] of parts.entries()) {
    const fits = part.subarray(0, max - bytes);
    if (fits.length > 0) taken.push(fits);
    bytes += fits.length;
    if (fits.length < part.length) {
      return { taken, rest: [part.subarray(fits.length), ...parts.slice(index + 1)], bytes };
    }
  }
  return { taken, rest: [], bytes };
}

/** Forgets what the peer has: whole frames, and the beginning of one. */
function drop(state: State, received: number): void {
  for (let first = state.kept[0]; first && state.base < received; first = state.kept[0]) {
    const known = received - state.base;
    if (first.length > known) {
      // Only where a new native stream begins does the peer have a part of a frame that is still to come.
      state.kept[0] = first.subarray(known);
      state.base = received;
      return;
    }
    state.kept.shift();
    spareFrame(state, first);
    state.base += first.length;
    state.cursor = Math.max(0, state.cursor - 1);
  }
}

/** Whoever was given the frame has copied it when it was sent. */
function spareFrame({ spare }: State, frame: Uint8Array): void {
  if (frame.buffer.byteLength === FRAME_DATA_MAX_BYTES && spare.length < SPARE_FRAMES)
    spare.push(Buffer.from(frame.buffer));
}
