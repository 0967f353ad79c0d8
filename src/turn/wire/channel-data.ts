/**
 * ChannelData, what TURN sends in place of whole STUN messages once a channel is bound (RFC 8656 §12.4).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |         Channel Number        |            Length             |
 *   |                       Application Data …                      |
 */

export const CHANNEL_HEADER_BYTES = 4;
/** RFC 8656 §12: 0x4000 to 0x4FFF are channels, the rest is reserved. */
export const FIRST_CHANNEL = 0x4000;
export const LAST_CHANNEL = 0x4fff;

export interface ChannelData {
  readonly channel: number;
  readonly data: Uint8Array;
}

/** Encodes ChannelData, padded to a multiple of four bytes for a stream; over UDP no padding is needed (RFC 8656 §12.5). */
export function encodeChannelData(
  { channel, data }: ChannelData,
  { padded = false }: { readonly padded?: boolean } = {},
): Uint8Array {
  const end = CHANNEL_HEADER_BYTES + data.length;
  // It shares memory with others: some of its own would cost more than all else here.
  const bytes = Buffer.allocUnsafe(padded ? Math.ceil(end / 4) * 4 : end);
  bytes.writeUInt16BE(channel, 0);
  bytes.writeUInt16BE(data.length, 2);
  bytes.set(data, CHANNEL_HEADER_BYTES);
  bytes.fill(0, end);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Gives null for anything else. Bytes after the data are padding; the data is a view of the input. */
export function decodeChannelData(bytes: Uint8Array): ChannelData | null {
  if (!isChannelData(bytes) || bytes.length < CHANNEL_HEADER_BYTES) return null;
  const end = CHANNEL_HEADER_BYTES + uint16At(bytes, 2);
  if (end > bytes.length) return null;
  return { channel: uint16At(bytes, 0), data: bytes.subarray(CHANNEL_HEADER_BYTES, end) };
}

/** A DataView would cost more than what is read by it. */
function uint16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Tells ChannelData by its first two bits, 01; STUN messages begin with 00 (RFC 8656 §12). */
export function isChannelData(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  return first >= FIRST_CHANNEL >> 8 && first <= LAST_CHANNEL >> 8;
}
