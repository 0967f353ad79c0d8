/**
 * The messages of one stream that go with its bytes, each in a message of its secret stream. What else there is to say of a stream
 * is said over the control stream, which outlasts the native stream.
 *
 *     0        1                                     0        1                 7                 13
 *     +--------+------------- ...                    +--------+-----------------+-----------------+
 *     |  0, 1  | bytes of `data`                     |   2    | received        | limit           |
 *     +--------+------------- ...                    +--------+-----------------+-----------------+
 */

/** The most bytes that one frame carries: large ones are faster, and each is held as a whole before it is decrypted. */
export const FRAME_DATA_MAX_BYTES = 65_536;
export const FRAME_MAX_BYTES = FRAME_DATA_MAX_BYTES + 1;
/** The bytes of a count: enough for 256 TiB in one stream. */
const COUNT_BYTES = 6;

const KIND = { data: 0, end: 1, credit: 2 } as const;

export type Frame =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** Nothing more comes in this direction. */
  | { readonly kind: 'end' }
  | Credit;

/** Both are counted from the beginning of the stream. */
export interface Credit {
  readonly kind: 'credit';
  /** How many bytes have come, which need not be kept any longer. */
  readonly received: number;
  /** How many bytes may be sent in all. */
  readonly limit: number;
}

/** Returns the parts of the message, in order. Data has up to FRAME_DATA_MAX_BYTES. */
export function encodeFrame(frame: Frame): readonly Uint8Array[] {
  const kind = Uint8Array.of(KIND[frame.kind]);
  switch (frame.kind) {
    case 'data':
      return [kind, frame.bytes];
    case 'end':
      return [kind];
    case 'credit': {
      const counts = Buffer.alloc(2 * COUNT_BYTES);
      counts.writeUIntBE(frame.received, 0, COUNT_BYTES);
      counts.writeUIntBE(frame.limit, COUNT_BYTES, COUNT_BYTES);
      return [kind, counts];
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
    case KIND.credit: {
      if (body.length < 2 * COUNT_BYTES) return null;
      const counts = Buffer.from(body);
      const received = counts.readUIntBE(0, COUNT_BYTES);
      return { kind: 'credit', received, limit: counts.readUIntBE(COUNT_BYTES, COUNT_BYTES) };
    }
    default:
      return null;
  }
}
