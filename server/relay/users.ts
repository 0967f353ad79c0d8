/** Who may use the relay: users by name, and whoever has credentials of a shared secret that are not over. */
import { expiryOf, timeLimitedPassword } from '../../src/turn/credentials.ts';

export interface RelayUser {
  readonly name: string;
  readonly password: string;
}

export interface UserDirectory {
  readonly users: readonly RelayUser[];
  /** What time-limited credentials are made of (src/turn/credentials.ts); null: there are none. */
  readonly secret: string | null;
}

/** The password of that username, or null when it has none at `unixS`, in seconds of the Unix clock. */
export function passwordAt({ users, secret }: UserDirectory, username: string, unixS: number): string | null {
  const user = users.find(({ name }) => name === username);
  if (user) return user.password;
  const expiresAtS = expiryOf(username);
  if (secret === null || expiresAtS === null || expiresAtS <= unixS) return null;
  return timeLimitedPassword(secret, username);
}

/** Whose quota the username counts on: what follows the expiry, so that new credentials do not make a new user. */
export function userOf(username: string): string {
  return expiryOf(username) === null ? username : username.slice(username.indexOf(':'));
}
