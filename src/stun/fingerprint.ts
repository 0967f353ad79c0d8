/** FINGERPRINT (RFC 8489 §14.7): CRC-32 of all before it, XORed with 0x5354554e ("STUN"). */
import { crc32 } from 'node:zlib';
import { ATTRIBUTES } from './attribute.ts';
import { walk } from './wire-attributes.ts';

/** The length of the whole attribute, header and value. */
export const FINGERPRINT_BYTES = 8;
const FINGERPRINT_XOR = 0x5354554e;

export function fingerprintOf(before: Uint8Array): number {
  return (crc32(before) ^ FINGERPRINT_XOR) >>> 0;
}

/** Whether the datagram ends with a FINGERPRINT that fits it. */
export function hasValidFingerprint(datagram: Uint8Array): boolean {
  const walked = walk(datagram);
  const last = walked.ok ? walked.attributes.at(-1) : undefined;
  if (last?.code !== ATTRIBUTES.FINGERPRINT.code || last.value.length !== 4) return false;
  const view = new DataView(last.value.buffer, last.value.byteOffset, 4);
  return view.getUint32(0) === fingerprintOf(datagram.subarray(0, last.offset));
}
