/**
 * Datagrams between two partners, sealed with AES-256-GCM under keys that HKDF-SHA256 makes of the shared secret. All
 * have one of two lengths. A process draws an epoch when it starts; the epoch names its key, so that no counter is used twice
 * with one key, and no datagram opens as one of the other direction.
 *
 *   0        1         2             18            34        42           112 or 496   128 or 512
 *   +--------+---------+-------------+-------------+---------+----- ... -------+-------+
 *   |  0xf5  | version | epoch, from | epoch, to   | counter | encrypted       |  tag  |
 *   +--------+---------+-------------+-------------+---------+----- ... -------+-------+
 *
 * The first byte is none of STUN, TURN, DTLS or RTP (RFC 7983 §7). The nonce is 4 zeros and the counter; all that
 * precedes the encrypted part is authenticated with it.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { PartnerRefusal } from './counts.ts';
import { EPOCH_BYTES, HEADER_BYTES, LONG_BYTES, SEALED_BYTES, TAG_BYTES } from './lengths.ts';

const MARK = 0xf5;
const VERSION = 2;
const TO_AT = 2 + EPOCH_BYTES;
const COUNTER_AT = TO_AT + EPOCH_BYTES;
const NONCE_BYTES = 12;
const KEY_BYTES = 32;
const ALGORITHM = 'aes-256-gcm';

/** A process of a server, as 32 hexadecimal digits. */
export type Epoch = string;
/** Stands for an epoch that is not known yet. */
export const NO_EPOCH: Epoch = '0'.repeat(2 * EPOCH_BYTES);

export interface SealedHeader {
  readonly from: Epoch;
  readonly to: Epoch;
  readonly counter: number;
}

/** Whether it claims to come from a partner: then it is none of the other protocols of the port. */
export function isForPartner(datagram: Uint8Array): boolean {
  return datagram[0] === MARK;
}

/** The key of a process's datagrams. */
export function keyOf(secret: string, epoch: Epoch): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, Buffer.from(epoch, 'hex'), 'natcheck partner', KEY_BYTES));
}

/** Seals `inner`, which has INNER_BYTES or LONG_INNER_BYTES. A counter must not be used twice with one key. */
export function seal(key: Uint8Array, { from, to, counter }: SealedHeader, inner: Uint8Array): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = MARK;
  header[1] = VERSION;
  header.write(from, 2, 'hex');
  header.write(to, TO_AT, 'hex');
  header.writeBigUInt64BE(BigInt(counter), COUNTER_AT);
  const cipher = createCipheriv(ALGORITHM, key, nonceOf(header), { authTagLength: TAG_BYTES });
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
}

/** Reads what is not encrypted. None of it is to be believed before `unseal`. */
export function readHeader(
  datagram: Uint8Array,
): SealedHeader | Extract<PartnerRefusal, 'malformed' | 'other-version'> {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  if (!isForPartner(bytes) || bytes.length < 2) return 'malformed';
  if (bytes[1] !== VERSION) return 'other-version';
  if (bytes.length !== SEALED_BYTES && bytes.length !== LONG_BYTES) return 'malformed';
  const counter = bytes.readBigUInt64BE(COUNTER_AT);
  if (counter > Number.MAX_SAFE_INTEGER) return 'malformed';
  const epochAt = (at: number): Epoch => bytes.toString('hex', at, at + EPOCH_BYTES);
  return { from: epochAt(2), to: epochAt(TO_AT), counter: Number(counter) };
}

/** Opens a datagram whose header could be read; null when it was not sealed with this key. */
export function unseal(key: Uint8Array, datagram: Uint8Array): Uint8Array | null {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const header = bytes.subarray(0, HEADER_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonceOf(header), { authTagLength: TAG_BYTES });
  decipher.setAAD(header);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

function nonceOf(header: Buffer): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES);
  header.copy(nonce, NONCE_BYTES - 8, COUNTER_AT);
  return nonce;
}
