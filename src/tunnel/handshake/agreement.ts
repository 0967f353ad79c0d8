/** What a handshake gives both sides. */
import { hkdfSync } from 'node:crypto';
import type { Role } from './identity.ts';
import type { Played } from './noise.ts';
import { decodePayload, type Payload } from './payload.ts';

export interface Agreement {
  readonly role: Role;
  /** What this side encrypts with: 32 bytes, as `rx`. */
  readonly tx: Uint8Array;
  readonly rx: Uint8Array;
  /** Names the whole handshake, 64 bytes: the same for both sides, known to whoever has seen it, and to nobody before. */
  readonly hash: Uint8Array;
  readonly own: Payload;
  readonly peer: Payload;
  /** For people to compare: the same text on both sides unless somebody is between them. */
  readonly fingerprint: string;
}

const CONFIRM_BYTES = 16;

/** Returns null when the peer's payload is malformed. */
export function agreementOf(
  { state }: Pick<Played, 'state'>,
  { role, own, peerPayload }: { readonly role: Role; readonly own: Payload; readonly peerPayload: Uint8Array },
): Agreement | null {
  const peer = decodePayload(peerPayload);
  if (!peer) return null;
  const [tx, rx, hash] = [Buffer.from(state.tx), Buffer.from(state.rx), Buffer.from(state.hash)];
  return { role, tx, rx, hash, own, peer, fingerprint: fingerprintOf(hash) };
}

/** The body of the `confirm` message: from the key that the responder sends with, so that nobody else can write it. */
export function confirmationOf({ role, tx, rx }: Pick<Agreement, 'role' | 'tx' | 'rx'>): Uint8Array {
  return derive(role === 'responder' ? tx : rx, 'natcheck tunnel confirm', CONFIRM_BYTES);
}

/** Without 0, 1, l and o, which are taken for one another: 32 letters and digits, 5 bits each. */
const ALPHABET = '23456789abcdefghijkmnpqrstuvwxyz';
const GROUPS = 4;
const GROUP_LETTERS = 5;

/** Returns 100 bits of the handshake's hash in four groups of five, such as `7kq2m-…`. */
function fingerprintOf(hash: Uint8Array): string {
  const letters = derive(hash, 'natcheck tunnel fingerprint', GROUPS * GROUP_LETTERS);
  const text = Array.from(letters, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return Array.from({ length: GROUPS }, (_, at) => text.slice(at * GROUP_LETTERS, (at + 1) * GROUP_LETTERS)).join('-');
}

function derive(key: Uint8Array, info: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), info, bytes));
}
