/** The seal of a code: signals under ChaCha20-Poly1305 (RFC 8439), and a key of the checks that the rendezvous does not know. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { RoomSeal } from '../../punch/attempt/seal.ts';

const CIPHER = 'chacha20-poly1305';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** How many nonces are remembered. An introduction takes a handful of signals, and only those of the peer count. */
const OPENED_MAX = 4_096;

/**
 * Creates the seal; both keys have 32 bytes. Each `about` has a key of its own, so that the random nonces of one are few. A
 * sealed text, which opens once, is drawn thus before it is written as base64url:
 *
 *     0        12                     -16
 *     +--------+------------------------+-----------+
 *     | nonce  | text, encrypted        | tag       |
 *     +--------+------------------------+-----------+
 */
export function createSeal({
  sealKey,
  checkKey,
}: {
  readonly sealKey: Uint8Array;
  readonly checkKey: Uint8Array;
}): RoomSeal {
  const opened = new Set<string>();
  return {
    seal: (text, about) => encrypt(text, keyAbout(sealKey, about)),
    open: (sealed, about) => {
      const bytes = Buffer.from(sealed, 'base64url');
      const nonce = bytes.toString('base64url', 0, NONCE_BYTES);
      if (bytes.length < NONCE_BYTES + TAG_BYTES || opened.has(nonce)) return null;
      const text = decrypt(bytes, keyAbout(sealKey, about));
      if (text !== null) remember(opened, nonce);
      return text;
    },
    introductionKey: (key) => createHmac('sha256', checkKey).update(key).digest('base64url'),
  };
}

function keyAbout(sealKey: Uint8Array, about: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', sealKey, '', about, KEY_BYTES));
}

function encrypt(text: string, key: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** Returns null where the tag is not the one of this key. */
function decrypt(bytes: Buffer, key: Uint8Array): string | null {
  const cipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  cipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8');
    return text + cipher.final('utf8');
  } catch {
    return null;
  }
}

/** The oldest is forgotten first. */
function remember(opened: Set<string>, nonce: string): void {
  const [oldest] = opened;
  if (opened.size >= OPENED_MAX && oldest !== undefined) opened.delete(oldest);
  opened.add(nonce);
}
