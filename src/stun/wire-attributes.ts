/**
 * Walks the attributes of a datagram as they lie on the wire, reading no byte beyond its end.
 *
 *   |         Type (16 bits)        |         Length (16 bits)      |
 *   |                Value, padded to a multiple of four bytes      |
 */
import type { DecodeError } from './decode-error.ts';
import { HEADER_BYTES } from './header.ts';

export interface WireAttribute {
  readonly code: number;
  /** Where the attribute's header begins. */
  readonly offset: number;
  /** A view into the datagram, without padding. */
  readonly value: Uint8Array;
}

export type Walk =
  | {
      readonly ok: true;
      readonly attributes: readonly WireAttribute[];
      /** The datagram as a plain array: `slice` copies there, where a Buffer's shares its memory. */
      readonly plain: Uint8Array;
    }
  | { readonly ok: false; readonly error: DecodeError };

/** Checks the header, then finds every attribute in order. */
export function walk(datagram: Uint8Array): Walk {
  const fail = (code: DecodeError['code'], offset: number): Walk => ({ ok: false, error: { code, offset } });
  if (datagram.length < HEADER_BYTES) return fail('truncated', datagram.length);
  const { buffer, byteOffset, byteLength } = datagram;
  const plain = new Uint8Array(buffer, byteOffset, byteLength);
  const view = new DataView(buffer, byteOffset, byteLength);
  if (view.getUint16(0) & 0xc000) return fail('not-stun', 0);
  const end = HEADER_BYTES + view.getUint16(2);
  if (end % 4 !== 0) return fail('unaligned-length', 2);
  if (datagram.length < end) return fail('truncated', datagram.length);
  if (datagram.length > end) return fail('trailing-bytes', end);

  const attributes: WireAttribute[] = [];
  for (let offset = HEADER_BYTES; offset < end; ) {
    // The length is a multiple of four, so that a header of four bytes is always there.
    const length = view.getUint16(offset + 2);
    const next = offset + 4 + Math.ceil(length / 4) * 4;
    if (next > end) return fail('attribute-overrun', offset);
    const value = plain.subarray(offset + 4, offset + 4 + length);
    attributes.push({ code: view.getUint16(offset), offset, value });
    offset = next;
  }
  return { ok: true, attributes, plain };
}
