/**
 * The fragment in a datagram: which socket of which page it may be for, read from as few bytes as that takes. Anybody can forge it;
 * MESSAGE-INTEGRITY tells whether the datagram is what it says.
 */

import { UFRAG_CHARS } from '../../../src/ice/credentials.ts';
import { ATTRIBUTES } from '../../../src/stun/attribute.ts';
import { HEADER_BYTES, MAGIC_COOKIE, METHOD, packType, TRANSACTION_ID_BYTES } from '../../../src/stun/header.ts';

const REQUEST = packType('request', METHOD.binding);
const SUCCESS = packType('success', METHOD.binding);
/** All fragments that this server draws are so long. */
export const FRAGMENT_CHARS = UFRAG_CHARS;
const COOKIE_AT = 4;
const TRANSACTION_ID_AT = HEADER_BYTES - TRANSACTION_ID_BYTES;
const ATTRIBUTE_HEADER_BYTES = 4;
const COLON = 0x3a;

/**
 * Draws the transaction id of a check: a fragment of the detection that it is for, then 4 random bytes. So whichever process gets
 * the answer knows whose it is, although it knows nothing of the check. RFC 8489 §5 wants all of an id to be random, as a small help
 * against answers that are forged. Here 80 bits are, 48 of them the fragment's, and it is MESSAGE-INTEGRITY that keeps strangers
 * out: an answer without it, or under another password, is dropped (RFC 8489 §6.3, RFC 8445 §7.2.5.1).
 */
export function drawTransactionId(fragment: string, randomBytes: (length: number) => Uint8Array): Uint8Array {
  const id = new Uint8Array(TRANSACTION_ID_BYTES);
  new TextEncoder().encodeInto(fragment, id);
  id.set(randomBytes(TRANSACTION_ID_BYTES - FRAGMENT_CHARS), FRAGMENT_CHARS);
  return id;
}

/** The fragment that a Binding request names, or that its success response belongs to; null for every other datagram. */
export function fragmentOf(bytes: Uint8Array): string | null {
  // A plain request, which is nearly all that strangers send, has no attributes.
  if (bytes.length <= HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(COOKIE_AT) !== MAGIC_COOKIE) return null;
  switch (view.getUint16(0)) {
    case REQUEST:
      return receiverOf(bytes, view);
    case SUCCESS:
      return fragmentOfId(bytes);
    default:
      return null;
  }
}

/** What the transaction id of a message begins with. */
export function fragmentOfId(bytes: Uint8Array): string {
  return textAt(bytes, TRANSACTION_ID_AT);
}

/** The part of USERNAME before the colon, which is the receiver's (RFC 8445 §7.2.2). */
function receiverOf(bytes: Uint8Array, view: DataView): string | null {
  const last = bytes.length - ATTRIBUTE_HEADER_BYTES - FRAGMENT_CHARS - 1;
  for (let at = HEADER_BYTES; at <= last; ) {
    const length = view.getUint16(at + 2);
    const valueAt = at + ATTRIBUTE_HEADER_BYTES;
    if (view.getUint16(at) === ATTRIBUTES.USERNAME.code) {
      return length > FRAGMENT_CHARS && bytes[valueAt + FRAGMENT_CHARS] === COLON ? textAt(bytes, valueAt) : null;
    }
    at = valueAt + Math.ceil(length / 4) * 4;
  }
  return null;
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + FRAGMENT_CHARS));
}
