/**
 * The last bytes of one direction, in copies: each is kept from when it is put behind the others until the peer has it. Small ones
 * share a buffer, so that what is kept takes little more than twice its bytes, however it was written.
 */
import { BUFFER_BYTES, type SpareBuffers } from './spare-buffers.ts';

/** For what a terminal or a question needs: a stream of such bytes does not hold a whole buffer of BUFFER_BYTES. */
const SMALL_BYTES = 4_096;

export interface Kept {
  /** The offset of the first byte that is kept, and that behind the last one, from the beginning of the stream. */
  readonly base: () => number;
  readonly end: () => number;
  /** Copies up to `max` bytes of the parts behind the others, and returns how many. */
  readonly put: (parts: readonly Uint8Array[], max: number) => number;
  /** Returns bytes from the offset on, as far as they lie together; none at the end. They are valid until they are dropped. */
  readonly from: (offset: number) => Uint8Array;
  /** Forgets what lies before the offset, which is one of those that are kept. */
  readonly drop: (offset: number) => void;
}

interface Piece {
  readonly buffer: Buffer;
  /** The offset of its first byte, and how many are in it. */
  readonly start: number;
  used: number;
}

interface State {
  readonly spare: SpareBuffers;
  readonly pieces: Piece[];
  base: number;
  end: number;
}

export function createKept(spare: SpareBuffers): Kept {
  const state: State = { spare, pieces: [], base: 0, end: 0 };
  return {
    base: () => state.base,
    end: () => state.end,
    put: (parts, max) => put(state, parts, max),
    from: (offset) => {
      const piece = state.pieces.findLast(({ start }) => start <= offset);
      return piece ? piece.buffer.subarray(offset - piece.start, piece.used) : new Uint8Array();
    },
    drop: (offset) => {
      state.base = offset;
      while (state.pieces[0] && state.pieces[0].start + state.pieces[0].used <= offset) {
        const { buffer } = state.pieces.shift() as Piece;
        if (buffer.length === BUFFER_BYTES) spare.give(buffer);
      }
    },
  };
}

function put(state: State, parts: readonly Uint8Array[], max: number): number {
  const bytes = Math.min(
    max,
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  if (bytes === 0) return 0;
  const piece = pieceFor(state, bytes);
  const before = piece.used;
  for (const part of parts) {
    const room = Math.min(bytes - (piece.used - before), piece.buffer.length - piece.used);
    piece.buffer.set(part.length <= room ? part : part.subarray(0, room), piece.used);
    piece.used += Math.min(part.length, room);
  }
  const taken = piece.used - before;
  state.end += taken;
  return taken;
}

/** A frame lies in one piece: what does not fit into the last one gets another. */
function pieceFor(state: State, bytes: number): Piece {
  const last = state.pieces.at(-1);
  if (last && last.used + bytes <= last.buffer.length) return last;
  const buffer = bytes <= SMALL_BYTES / 2 ? Buffer.allocUnsafeSlow(SMALL_BYTES) : state.spare.take();
  const piece = { buffer, start: state.end, used: 0 };
  state.pieces.push(piece);
  return piece;
}
