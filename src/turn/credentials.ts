/** The credentials of a TURN server's user: those that are good for a time, and how a client shows any. */
import { createHmac } from 'node:crypto';
import { longTermKey } from '../stun/integrity.ts';
import { attribute, type StunMessage } from '../stun/message.ts';
import type { TransactionOptions } from '../stun/transaction.ts';

export interface TurnCredentials {
  readonly username: string;
  readonly password: string;
}

/** The longest USERNAME (RFC 8489 §14.3). */
export const USERNAME_MAX_BYTES = 508;

/** What a server asks a client to show, and the key that the two then share (RFC 8489 §9.2.2). */
export interface Challenge {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly key: Uint8Array;
}

/** Reads REALM and NONCE out of a 401 or 438; null when they are not there. A 438 may leave out a realm that is known. */
export function challengeIn(
  message: StunMessage,
  { credentials, known }: { readonly credentials: TurnCredentials; readonly known: Challenge | null },
): Challenge | null {
  const { username, password } = credentials;
  const realm = attribute(message, 'REALM') ?? known?.realm;
  const nonce = attribute(message, 'NONCE');
  if (realm === undefined || nonce === undefined) return null;
  const key = realm === known?.realm ? known.key : longTermKey({ username, realm, password });
  return { username, realm, nonce, key };
}

/**
 * Shows the credentials as the long-term credential mechanism has it (RFC 8489 §9.2.3): nothing before the server's
 * challenge, then USERNAME, REALM, NONCE and MESSAGE-INTEGRITY with every request. The key is made with MD5, which every
 * TURN server knows.
 */
export function authenticated(
  request: StunMessage,
  challenge: Challenge | null,
): Pick<TransactionOptions, 'request' | 'integrity'> {
  if (!challenge) return { request };
  const { username, realm, nonce, key } = challenge;
  const attributes = [
    ...request.attributes,
    { type: 'USERNAME', value: username } as const,
    { type: 'REALM', value: realm } as const,
    { type: 'NONCE', value: nonce } as const,
  ];
  return { request: { ...request, attributes }, integrity: { algorithm: 'sha1', key } };
}

/**
 * Makes credentials that a server believes without knowing the user, since it shares the secret: what coturn calls
 * `use-auth-secret` (draft-uberti-behave-turn-rest-00 §2.2). The username is `EXPIRY:USER`, the expiry in seconds of the
 * Unix clock; the password is base64 of HMAC-SHA1(secret, username).
 */
export function timeLimitedCredentials({
  secret,
  user,
  expiresAtS,
}: {
  readonly secret: string;
  readonly user: string;
  readonly expiresAtS: number;
}): TurnCredentials {
  const username = `${Math.floor(expiresAtS)}:${user}`;
  return { username, password: timeLimitedPassword(secret, username) };
}

export function timeLimitedPassword(secret: string, username: string): string {
  return createHmac('sha1', secret).update(username).digest('base64');
}

/** Reads the second of expiry out of such a username; null when it is not of that form. */
export function expiryOf(username: string): number | null {
  const [, seconds] = /^(\d{1,12}):/.exec(username) ?? [];
  return seconds === undefined ? null : Number(seconds);
}
