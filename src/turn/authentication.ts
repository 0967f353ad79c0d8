/**
 * The long-term credential mechanism, the client's side (RFC 8489 §9.2): nothing before the server's challenge, then
 * USERNAME, REALM, NONCE and MESSAGE-INTEGRITY with everything. With MD5, which every TURN server has.
 */
import { encode } from '../stun/encode.ts';
import { checkIntegrity, longTermKey } from '../stun/integrity.ts';
import { attribute, type StunMessage } from '../stun/message.ts';
import type { TurnCredentials } from './credentials.ts';

export interface Authentication {
  /** Whether the server has asked for credentials. */
  readonly isChallenged: () => boolean;
  /** Takes REALM and NONCE out of a 401 or 438; false when they are not there. */
  readonly take: (message: StunMessage) => boolean;
  /** As bytes, with the credentials once they were asked for. */
  readonly encode: (message: StunMessage) => Uint8Array;
  readonly check: (bytes: Uint8Array) => 'valid' | 'wrong' | 'absent';
}

/** RFC 8489 §14.3. */
export const USERNAME_MAX_BYTES = 508;

/** @throws RangeError when the user name is too long for a STUN message. */
export function createAuthentication({ username, password }: TurnCredentials): Authentication {
  if (Buffer.byteLength(username) > USERNAME_MAX_BYTES) {
    throw new RangeError(`a TURN user name has at most ${USERNAME_MAX_BYTES} bytes`);
  }
  let challenge: { readonly realm: string; readonly nonce: string; readonly key: Uint8Array } | null = null;
  return {
    isChallenged: () => challenge !== null,
    take: (message) => {
      const realm = attribute(message, 'REALM') ?? challenge?.realm;
      const nonce = attribute(message, 'NONCE');
      if (realm === undefined || nonce === undefined) return false;
      const key = realm === challenge?.realm ? challenge.key : longTermKey({ username, realm, password });
      challenge = { realm, nonce, key };
      return true;
    },
    encode: (message) => {
      if (!challenge) return encode(message);
      const { realm, nonce, key } = challenge;
      const attributes = [
        ...message.attributes,
        { type: 'USERNAME', value: username } as const,
        { type: 'REALM', value: realm } as const,
        { type: 'NONCE', value: nonce } as const,
      ];
      return encode({ ...message, attributes }, { integrity: { algorithm: 'sha1', key } });
    },
    check: (bytes) => (challenge ? checkIntegrity(bytes, { algorithm: 'sha1', key: challenge.key }) : 'absent'),
  };
}
