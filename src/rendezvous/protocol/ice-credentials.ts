/** The ICE credentials of a pair, derived by both sides from the key that the rendezvous gave them. */
import { createHmac } from 'node:crypto';
import type { Role } from './fields.ts';

/** RFC 8445 §5.3: the username fragment has at least 24 bits of randomness, the password 128. */
const UFRAG_BYTES = 6;
const PWD_BYTES = 24;

export interface IceCredentials {
  readonly ufrag: string;
  readonly pwd: string;
}

/**
 * Returns the credentials of the side with that role: base64 of HMAC-SHA256(key as text, "natcheck ice ufrag " or "natcheck ice pwd ", then
 * the role), cut to 6 and 24 bytes: 8 and 32 of the ice-chars of RFC 8839 §5.4, without padding.
 */
export function iceCredentials(pairKey: string, role: Role): IceCredentials {
  const derive = (what: string, bytes: number): string =>
    createHmac('sha256', pairKey).update(`natcheck ice ${what} ${role}`).digest().subarray(0, bytes).toString('base64');
  return { ufrag: derive('ufrag', UFRAG_BYTES), pwd: derive('pwd', PWD_BYTES) };
}
