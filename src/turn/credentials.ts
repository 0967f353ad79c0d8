/** Who may use a TURN server, and for how long. */
import { createHmac } from 'node:crypto';

export interface TurnCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Credentials that a server believes without knowing the user, since it shares the secret: what coturn calls
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

/** The second that is in such a username; null when it is not of that form. */
export function expiryOf(username: string): number | null {
  const [, seconds] = /^(\d{1,12}):/.exec(username) ?? [];
  return seconds === undefined ? null : Number(seconds);
}
