/** Bytes from strangers to a StunMessage or a typed error (RFC 8489 §5, §6.3, §14); never an exception. */
import {
  ATTRIBUTES,
  type Attribute,
  definitionOf,
  isComprehensionRequired,
  type KnownAttribute,
  nameOfCode,
} from './attribute.ts';
import type { DecodeError, DecodeErrorCode } from './decode-error.ts';
import { HEADER_BYTES, MAGIC_COOKIE, unpackType } from './header.ts';
import type { StunMessage } from './message.ts';
import { SHAPES } from './shape.ts';
import { type WireAttribute, walk } from './wire-attributes.ts';

export type Decoded =
  | { readonly ok: true; readonly message: StunMessage }
  | { readonly ok: false; readonly error: DecodeError };

/**
 * Decodes one datagram.
 *
 * A comprehension-required attribute that is not well formed fails the whole message; a comprehension-optional one is
 * kept as opaque bytes. What follows MESSAGE-INTEGRITY is left out, other integrity and FINGERPRINT aside (§14.5, §14.6).
 */
export function decode(datagram: Uint8Array): Decoded {
  const walked = walk(datagram);
  if (!walked.ok) return walked;
  const { plain } = walked;
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const xor = plain.subarray(4, HEADER_BYTES);
  const attributes: Attribute[] = [];
  const allowed = createOrderFilter();
  for (const wire of walked.attributes) {
    if (!allowed(wire.code)) continue;
    const decoded = decodeAttribute(wire, xor);
    if (typeof decoded === 'string') return { ok: false, error: { code: decoded, offset: wire.offset } };
    attributes.push(decoded);
  }
  const transactionId = plain.slice(view.getUint32(4) === MAGIC_COOKIE ? 8 : 4, HEADER_BYTES);
  return { ok: true, message: { ...unpackType(view.getUint16(0)), transactionId, attributes } };
}

function decodeAttribute({ code, value }: WireAttribute, xor: Uint8Array): Attribute | DecodeErrorCode {
  const opaque = (): Attribute => ({ type: 'opaque', code, value: value.slice() });
  const name = nameOfCode(code);
  if (name === undefined) return opaque();
  const { shape, bytes } = definitionOf(name);
  const codec = SHAPES[shape];
  const { min, max } = bytes ?? codec;
  const fits = value.length >= min && value.length <= max;
  const decoded = fits ? codec.decode(value, xor) : null;
  if (decoded !== null) return { type: name, value: decoded } as KnownAttribute;
  if (!isComprehensionRequired(code)) return opaque();
  return fits ? 'attribute-value' : 'attribute-length';
}

/** Says of each attribute in turn whether it may still count after those before it. */
function createOrderFilter(): (code: number) => boolean {
  const closing = [
    ATTRIBUTES['MESSAGE-INTEGRITY'].code,
    ATTRIBUTES['MESSAGE-INTEGRITY-SHA256'].code,
    ATTRIBUTES.FINGERPRINT.code,
  ];
  let last = -1;
  return (code) => {
    const rank = closing.indexOf(code as (typeof closing)[number]);
    if (rank <= last && last >= 0) return false;
    last = Math.max(last, rank);
    return true;
  };
}
