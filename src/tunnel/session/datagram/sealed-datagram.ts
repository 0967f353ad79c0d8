/**
 * Datagrams of a session, each sealed by itself (ChaCha20-Poly1305, RFC 8439), with a counter that is never used twice.
 *
 *     0        1                 9
 *     +--------+-----------------+------------------------------- ... --+----------+
 *     |  0x18  | counter         | encrypted: kind, number, payload     |   tag    |
 *     +--------+-----------------+------------------------------- ... --+----------+
 *
 * The nonce is 4 zeros and the counter; the first nine bytes are authenticated with the rest. `kind` is one byte, `number` four.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { createReplayWindow } from './replay-window.ts';

export const SEALED_TYPE = 0x18;
const HEADER_BYTES = 9;
const TAG_BYTES = 16;
const INNER_BYTES = 5;
const NONCE_BYTES = 12;
const ALGORITHM = 'chacha20-poly1305';
const TAG = { authTagLength: TAG_BYTES } as const;
/** What sealing adds to a payload. */
export const SEAL_BYTES = HEADER_BYTES + INNER_BYTES + TAG_BYTES;

export interface Datagram {
  /**
   * `stream`: what a user sends, `number` being the stream's. `ping`, `pong`: `number` is the ping's. `control`: the native stream
   * of control with the epoch `number`. `renew`: asks for one after that epoch.
   */
  readonly kind: (typeof KINDS)[number];
  readonly number: number;
  readonly payload: Uint8Array;
}

const KINDS = ['stream', 'ping', 'pong', 'control', 'renew', 'bye'] as const;

/** Returns what seals one datagram after another with this key. */
export function createSeal(key: Uint8Array): (datagram: Datagram) => Uint8Array {
  let counter = 0;
  return ({ kind, number, payload }) => {
    const header = Buffer.alloc(HEADER_BYTES);
    header[0] = SEALED_TYPE;
    header.writeBigUInt64BE(BigInt(counter++), 1);
    const inner = Buffer.alloc(INNER_BYTES);
    inner[0] = KINDS.indexOf(kind);
    inner.writeUInt32BE(number, 1);
    const cipher = createCipheriv(ALGORITHM, key, nonceOf(header), TAG);
    cipher.setAAD(header, { plaintextLength: INNER_BYTES + payload.length });
    const sealed = [cipher.update(inner), cipher.update(payload), cipher.final()];
    return Buffer.concat([header, ...sealed, cipher.getAuthTag()]);
  };
}

/** Returns what opens the peer's datagrams: null for what is forged, repeated, too old, or of a kind that newer peers have. */
export function createOpen(key: Uint8Array): (bytes: Uint8Array) => Datagram | null {
  const window = createReplayWindow();
  return (bytes) => {
    if (bytes.length < SEAL_BYTES || bytes[0] !== SEALED_TYPE) return null;
    const sealed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const counter = sealed.readBigUInt64BE(1);
    if (counter > Number.MAX_SAFE_INTEGER || !window.isNew(Number(counter))) return null;
    const inner = decrypt(key, sealed);
    if (!inner) return null;
    window.add(Number(counter));
    const kind = KINDS[inner[0] ?? KINDS.length];
    return kind ? { kind, number: inner.readUInt32BE(1), payload: inner.subarray(INNER_BYTES) } : null;
  };
}

function decrypt(key: Uint8Array, sealed: Buffer): Buffer | null {
  const header = sealed.subarray(0, HEADER_BYTES);
  const body = sealed.subarray(HEADER_BYTES, -TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonceOf(header), TAG);
  decipher.setAAD(header, { plaintextLength: body.length });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    return null;
  }
}

function nonceOf(header: Buffer): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.set(header.subarray(1), NONCE_BYTES - header.length + 1);
  return nonce;
}
