/**
 * Receipts tell on the way how many bytes have been written at the other end, so that it can be said what was lost with a pipe.
 * They are datagrams of its stream, and may be lost themselves: a later one says more.
 *
 *     0                               8
 *     +-------------------------------+
 *     |  bytes, most significant first|
 *     +-------------------------------+
 */
const RECEIPT_BYTES = 8;
/** A receipt is sent when so much has been written since the last one, or after so long. */
const EVERY_BYTES = 1024 * 1024;
const EVERY_MS = 200;

export function encodeReceipt(count: number): Uint8Array {
  const bytes = Buffer.alloc(RECEIPT_BYTES);
  bytes.writeBigUInt64BE(BigInt(count));
  return bytes;
}

/** Returns null for what is no receipt. */
export function decodeReceipt(bytes: Uint8Array): number | null {
  if (bytes.length !== RECEIPT_BYTES) return null;
  const count = Number(Buffer.from(bytes).readBigUInt64BE());
  return Number.isSafeInteger(count) ? count : null;
}

/** Returns what tells whether a receipt is due, now that so many bytes have been written in all. */
export function createReceipts(): (now: number, count: number) => boolean {
  let told = { at: Number.NEGATIVE_INFINITY, count: 0 };
  return (now, count) => {
    const isDue = count > told.count && (count - told.count >= EVERY_BYTES || now - told.at >= EVERY_MS);
    if (isDue) told = { at: now, count };
    return isDue;
  };
}
