/**
 * The messages of one stream, each in a message of its secret stream.
 *
 *     0        1
 *     +--------+------------------ ...
 *     |  kind  | body
 *     +--------+------------------ ...
 */

/** The most bytes that one frame carries: large ones are faster, and each is held as a whole before it is decrypted. */
export const FRAME_DATA_MAX_BYTES = 65_536;
export const FRAME_MAX_BYTES = FRAME_DATA_MAX_BYTES + 1;
const REASON_MAX_CHARACTERS = 256;
/** A character of text has 4 bytes at most. */
const REASON_MAX_BYTES = 4 * REASON_MAX_CHARACTERS;
const CREDIT_BYTES = 6;

const KIND = { data: 0, end: 1, reset: 2, credit: 3, done: 4 } as const;

export type Frame =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** Nothing more comes in this direction. */
  | { readonly kind: 'end' }
  /** The stream has failed at the sender; both directions are over. */
  | { readonly kind: 'reset'; readonly reason: string }
  /** How many bytes may be sent in all, counted from the beginning of the stream. */
  | { readonly kind: 'credit'; readonly limit: number }
  /** Everything up to the other direction's `end` has come. */
  | { readonly kind: 'done' };

/** Returns the parts of the message, in order. `data` takes bytes that are up to FRAME_DATA_MAX_BYTES long together. */
export function encodeFrame(
  frame: Exclude<Frame, { kind: 'data' }> | { readonly kind: 'data'; readonly parts: readonly Uint8Array[] },
): readonly Uint8Array[] {
  const kind = Uint8Array.of(KIND[frame.kind]);
  switch (frame.kind) {
    case 'data':
      return [kind, ...frame.parts];
    case 'end':
    case 'done':
      return [kind];
    case 'reset':
      return [kind, Buffer.from(frame.reason.slice(0, REASON_MAX_CHARACTERS))];
    case 'credit': {
      const limit = Buffer.alloc(CREDIT_BYTES);
      limit.writeUIntBE(frame.limit, 0, CREDIT_BYTES);
      return [kind, limit];
    }
  }
}

/** Returns null for a kind that newer peers may send, and for what is no frame. */
export function decodeFrame(message: Uint8Array): Frame | null {
  const body = message.subarray(1);
  switch (message[0]) {
    case KIND.data:
      return { kind: 'data', bytes: body };
    case KIND.end:
      return { kind: 'end' };
    case KIND.reset: {
      const text = Buffer.from(body.subarray(0, REASON_MAX_BYTES)).toString('utf8');
      return { kind: 'reset', reason: text.slice(0, REASON_MAX_CHARACTERS) };
    }
    case KIND.credit:
      if (body.length < CREDIT_BYTES) return null;
      return { kind: 'credit', limit: Buffer.from(body.subarray(0, CREDIT_BYTES)).readUIntBE(0, CREDIT_BYTES) };
    case KIND.done:
      return { kind: 'done' };
    default:
      return null;
  }
}
