/** A StunMessage to bytes (RFC 8489 §5, §14), with integrity and fingerprint appended when asked for. */
import { ATTRIBUTES, type Attribute, definitionOf } from './attribute.ts';
import { FINGERPRINT_BYTES, fingerprintOf } from './fingerprint.ts';
import { HEADER_BYTES, MAGIC_COOKIE, packType, TRANSACTION_ID_BYTES } from './header.ts';
import { INTEGRITY, type IntegrityAlgorithm } from './integrity.ts';
import type { StunMessage } from './message.ts';
import { SHAPES } from './shape.ts';

export interface EncodeOptions {
  /** Appends MESSAGE-INTEGRITY (sha1) or MESSAGE-INTEGRITY-SHA256 (sha256) under this key. */
  readonly integrity?: { readonly algorithm: IntegrityAlgorithm; readonly key: Uint8Array };
  /** Appends FINGERPRINT. */
  readonly fingerprint?: boolean;
  /** The padding byte: 0 by RFC 8489 §14, anything by RFC 5389, 0x20 in the vectors of RFC 5769. */
  readonly paddingByte?: number;
}

/**
 * Encodes a message; the transaction id has 12 bytes, or 16 for a classic message without the cookie.
 * @throws RangeError when a value does not fit its attribute, or the whole does not fit 65,535 bytes of attributes.
 */
export function encode(message: StunMessage, options: EncodeOptions = {}): Uint8Array {
  const xor = xorKey(message.transactionId);
  const parts = message.attributes.map((one) => encodeAttribute(one, xor));
  const { integrity, fingerprint = false, paddingByte = 0 } = options;
  const bodyEnd = parts.reduce((at, { value }) => at + 4 + padded(value.length), HEADER_BYTES);
  const integrityEnd = bodyEnd + (integrity ? 4 + INTEGRITY[integrity.algorithm].bytes : 0);
  const end = integrityEnd + (fingerprint ? FINGERPRINT_BYTES : 0);
  if (end - HEADER_BYTES > 0xffff) throw new RangeError(`a STUN message of ${end} bytes is too long`);

  const out = new Uint8Array(end);
  const view = new DataView(out.buffer);
  view.setUint16(0, packType(message.class, message.method));
  out.set(xor, 4);
  let at = HEADER_BYTES;
  const append = (code: number, value: Uint8Array): void => {
    view.setUint16(at, code);
    view.setUint16(at + 2, value.length);
    out.set(value, at + 4);
    const next = at + 4 + padded(value.length);
    out.fill(paddingByte, at + 4 + value.length, next);
    at = next;
  };
  for (const { code, value } of parts) append(code, value);
  // Each of the two covers the message with a length that ends with itself (RFC 8489 §14.5, §14.7).
  if (integrity) {
    const { code, digest } = INTEGRITY[integrity.algorithm];
    view.setUint16(2, integrityEnd - HEADER_BYTES);
    append(code, digest(integrity.key, out.subarray(0, bodyEnd)));
  }
  view.setUint16(2, end - HEADER_BYTES);
  if (fingerprint) {
    const value = SHAPES.uint32.encode(fingerprintOf(out.subarray(0, integrityEnd)), xor);
    append(ATTRIBUTES.FINGERPRINT.code, value);
  }
  return out;
}

function encodeAttribute(one: Attribute, xor: Uint8Array): { readonly code: number; readonly value: Uint8Array } {
  if (one.type === 'opaque') return { code: one.code, value: one.value };
  const { code, shape, bytes } = definitionOf(one.type);
  const codec = SHAPES[shape];
  // The union of values and the union of codecs meet in the definition; the type system cannot follow that.
  const value = (codec.encode as (value: unknown, xor: Uint8Array) => Uint8Array)(one.value, xor);
  const { min, max } = bytes ?? codec;
  if (value.length < min || value.length > max) {
    throw new RangeError(`${one.type} of ${value.length} bytes: it has ${min} to ${max}`);
  }
  return { code, value };
}

function xorKey(transactionId: Uint8Array): Uint8Array {
  const key = new Uint8Array(HEADER_BYTES - 4);
  const at = key.length - transactionId.length;
  if (at !== 0 && transactionId.length !== TRANSACTION_ID_BYTES) {
    throw new RangeError(`a transaction id of ${transactionId.length} bytes: it has 12, or 16 without a cookie`);
  }
  if (at !== 0) new DataView(key.buffer).setUint32(0, MAGIC_COOKIE);
  key.set(transactionId, at);
  return key;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
