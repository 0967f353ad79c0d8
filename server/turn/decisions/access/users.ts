/** Who may use the relay: users by name, sessions of the rendezvous, and whoever has credentials of a shared secret. */
import type { IntegrityAlgorithm } from '../../../../src/stun/integrity.ts';
import { expiryOf, timeLimitedPassword } from '../../../../src/turn/credentials.ts';

export interface RelayUser {
  readonly name: string;
  readonly password: string;
}

export interface UserDirectory {
  readonly users: readonly RelayUser[];
  /** What the operator makes time-limited credentials of (src/turn/credentials.ts); null: there are none. */
  readonly secret: string | null;
  /** The same for what the rendezvous hands out; null: it hands out nothing. */
  readonly sessionSecret: string | null;
  /** Whether a session of the rendezvous is there, by its user. */
  readonly isAttended: (session: string) => boolean;
}

/**
 * Before the user of what a session is handed for TURN servers of others, whose secret may be the operator's here too: so
 * that it is good there, and not here beyond the end of the session. No session's user has a dot.
 */
const ELSEWHERE = 'session.';

export function userElsewhere(session: string): string {
  return `${ELSEWHERE}${session}`;
}

export interface Account {
  readonly password: string;
  /** The session of the rendezvous that it was given to; null: the operator gave it. */
  readonly session: string | null;
}

export interface Credentials {
  readonly username: string;
  /** Whose quota counts. */
  readonly user: string;
  /** The session of the rendezvous that they were given to, whose end is theirs; null: they are nobody's session's. */
  readonly session: string | null;
  readonly key: Uint8Array;
}

/** What a request has shown, and with which algorithm the answer shows the same. */
export interface Proof {
  readonly credentials: Credentials;
  readonly algorithm: IntegrityAlgorithm;
}

/** What belongs to that username, or null when nothing does at `unixS`, in seconds of the Unix clock. */
export function accountOf(unixS: number, directory: UserDirectory, username: string): Account | null {
  const { users, secret, sessionSecret, isAttended } = directory;
  const named = users.find(({ name }) => name === username);
  if (named) return { password: named.password, session: null };
  const expiresAtS = expiryOf(username);
  if (expiresAtS === null || expiresAtS <= unixS) return null;
  const session = username.slice(username.indexOf(':') + 1);
  if (sessionSecret !== null && isAttended(session)) {
    return { password: timeLimitedPassword(sessionSecret, username), session };
  }
  if (secret === null || session.startsWith(ELSEWHERE)) return null;
  return { password: timeLimitedPassword(secret, username), session: null };
}

/** Whose quota the username counts on: what follows the expiry, so that new credentials do not make a new user. */
export function userOf(username: string): string {
  return expiryOf(username) === null ? username : username.slice(username.indexOf(':'));
}
