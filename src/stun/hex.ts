/** Bytes as text: two lower-case hex digits each, such as a transaction id as the key of a map. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
