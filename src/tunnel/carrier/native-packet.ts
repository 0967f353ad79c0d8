/** Which datagrams are packets of native streams. */

/** The header of libudx: its magic byte, its version, and 18 bytes more. */
const MAGIC = 0xff;
const VERSION = 0x01;
const HEADER_BYTES = 20;

/** Whether libudx would take it for the packet of a stream. */
export function isNativePacket(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && bytes[0] === MAGIC && bytes[1] === VERSION;
}
