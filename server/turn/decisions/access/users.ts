/**
 * The users of the relay: named users, sessions of the rendezvous, and whoever has credentials made from a shared
 * secret.
 */
import { createHmac } from 'node:crypto';
import type { IntegrityAlgorithm } from '../../../../src/stun/integrity.ts';
import { expiryOf, timeLimitedPassword } from '../../../../src/turn/credentials.ts';

export interface RelayUser {
  readonly name: string;
  readonly password: string;
}

export interface UserDirectory {
  readonly users: readonly RelayUser[];
  /** The secret of the operator's time-limited credentials (src/turn/credentials.ts); null where there are none. */
  readonly secret: string | null;
  /** The secret of the credentials that the rendezvous gives to peers, as it is now; null where it gives none. */
  readonly sessionSecret: { readonly current: string } | null;
  /** Whether the session of the rendezvous that has this TURN user is there. */
  readonly isAttended: (session: string) => boolean;
}

/**
 * Marks the user in the credentials that a session is given for other TURN servers. Those may have the same secret as
 * this operator, and the mark keeps their credentials from being good here after the session ends. No session's user
 * has a dot.
 */
const ELSEWHERE = 'session.';

/** Marks the user in the credentials that a session is given for the relay of another node than the home of its room. */
const AT_NODE = `${ELSEWHERE}node.`;

/** How long credentials that the rendezvous gives are good at most. */
export const CREDENTIALS_S = 3_600;
/**
 * How old they may be for a session that this node has not heard of: what its home says of it may come later than the
 * client. The clocks of nodes agree within some seconds.
 */
const NEW_S = 10;

export function userElsewhere(session: string): string {
  return `${ELSEWHERE}${session}`;
}

export function userAtNode(session: string): string {
  return `${AT_NODE}${session}`;
}

/** The secret of the credentials for one relay, of that which all nodes have: those for one are none for another. */
export function secretOfRelay(shared: string, relay: string): string {
  return createHmac('sha256', shared).update(relay).digest('base64url');
}

export interface Account {
  readonly password: string;
  /** The session of the rendezvous that the account belongs to; null where the operator gave it. */
  readonly session: string | null;
}

export interface Credentials {
  readonly username: string;
  /** The user on whose quota they count. */
  readonly user: string;
  /** The session of the rendezvous that they were given to, with which they end; null where there is none. */
  readonly session: string | null;
  readonly key: Uint8Array;
}

/** The credentials that a request has shown, and the algorithm of its integrity, which the answer uses too. */
export interface Proof {
  readonly credentials: Credentials;
  readonly algorithm: IntegrityAlgorithm;
}

/** The account of a username; null when there is none at `unixS`, in seconds of the Unix clock. */
export function accountOf(unixS: number, directory: UserDirectory, username: string): Account | null {
  const { users, secret, sessionSecret, isAttended } = directory;
  const named = users.find(({ name }) => name === username);
  if (named) return { password: named.password, session: null };
  const expiresAtS = expiryOf(username);
  if (expiresAtS === null || expiresAtS <= unixS) return null;
  const user = username.slice(username.indexOf(':') + 1);
  const session = user.startsWith(AT_NODE) ? user.slice(AT_NODE.length) : user;
  const isNew = session !== user && Math.abs(expiresAtS - CREDENTIALS_S - unixS) <= NEW_S;
  if (sessionSecret !== null && (isNew || isAttended(session))) {
    return { password: timeLimitedPassword(sessionSecret.current, username), session };
  }
  if (secret === null || user.startsWith(ELSEWHERE)) return null;
  return { password: timeLimitedPassword(secret, username), session: null };
}

/**
 * The user on whose quota a username counts: what follows the expiry, so that new credentials do not make a new user.
 */
export function userOf(username: string): string {
  return expiryOf(username) === null ? username : username.slice(username.indexOf(':'));
}
