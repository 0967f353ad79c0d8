/**
 * Seals what passes through brokers: whoever has not the code's key sees random bytes of a few fixed lengths, and can forge none.
 *
 *   0        24                                  length - 16
 *   +--------+-----------------------------------+-----+
 *   | salt   | ciphertext of: size, text, zeros  | tag |
 *   +--------+-----------------------------------+-----+
 *
 * The key and the nonce of a message come from its random salt by HKDF-SHA256 (RFC 5869), so that no two messages of a code
 * share them, however long it is used; the cipher is ChaCha20-Poly1305 (RFC 8439). `size` is the length of the text, 4 bytes.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

const SALT_BYTES = 24;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SIZE_BYTES = 4;
const CIPHER = 'chacha20-poly1305';
const LABEL = 'natcheck broker message 1';
/** The lengths that messages have. A greeting and what a peer is told mostly fit into the first one. */
export const SEALED_LENGTHS = [2_048, 8_192, 32_768] as const;
export const SEALED_MAX_BYTES = SEALED_LENGTHS[2];
const OVERHEAD_BYTES = SALT_BYTES + SIZE_BYTES + TAG_BYTES;
/** The most bytes of text that one message takes. */
export const TEXT_MAX_BYTES = SEALED_MAX_BYTES - OVERHEAD_BYTES;

/** Seals a text. @throws RangeError when it has more than TEXT_MAX_BYTES in UTF-8. */
export function sealMessage(key: Uint8Array, text: string, randomBytes: (length: number) => Uint8Array): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  const length = SEALED_LENGTHS.find((one) => bytes.length + OVERHEAD_BYTES <= one);
  if (length === undefined) throw new RangeError(`a message of ${bytes.length} bytes is too long`);
  const padded = Buffer.alloc(length - SALT_BYTES - TAG_BYTES);
  padded.writeUInt32BE(bytes.length);
  bytes.copy(padded, SIZE_BYTES);
  const salt = randomBytes(SALT_BYTES);
  const cipher = createCipheriv(CIPHER, ...keyOf(key, salt), { authTagLength: TAG_BYTES });
  return Buffer.concat([salt, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what was sealed with that key; null for anything else. */
export function openMessage(key: Uint8Array, sealed: Uint8Array): string | null {
  if (!SEALED_LENGTHS.some((length) => length === sealed.length)) return null;
  const salt = sealed.subarray(0, SALT_BYTES);
  const decipher = createDecipheriv(CIPHER, ...keyOf(key, salt), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const padded = decipher.update(sealed.subarray(SALT_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return null;
  }
  const size = padded.readUInt32BE();
  return size <= padded.length - SIZE_BYTES ? padded.toString('utf8', SIZE_BYTES, SIZE_BYTES + size) : null;
}

function keyOf(key: Uint8Array, salt: Uint8Array): readonly [key: Uint8Array, nonce: Uint8Array] {
  const derived = new Uint8Array(hkdfSync('sha256', key, salt, LABEL, KEY_BYTES + NONCE_BYTES));
  return [derived.subarray(0, KEY_BYTES), derived.subarray(KEY_BYTES)];
}
