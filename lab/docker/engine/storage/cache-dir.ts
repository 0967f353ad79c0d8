/** Where the lab keeps what is made once: images of a private engine, and the base file system. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ownDir } from '../../../../src/net/host/own-dir.ts';
import type { Env } from './runtime-dir.ts';

/** Root's directory; the private engine runs as root. */
export const ROOT_CACHE_DIR = '/var/lib/natcheck-lab';

/** Follows the XDG Base Directory Specification, by which a relative path is ignored. */
export function cacheDirOf({ XDG_CACHE_HOME: given }: Env, uid: number): string {
  if (uid === 0) return ROOT_CACHE_DIR;
  return join(given && isAbsolute(given) ? given : join(homedir(), '.cache'), 'natcheck-lab');
}

/**
 * Makes the directory if it is not there.
 * @throws UsageError when it is not this user's alone: containers are made from what is in it.
 */
export async function cacheDir(env: Env): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  return ownDir(cacheDirOf(env, uid), { remedy: uid === 0 ? 'remove it' : 'remove it, or set XDG_CACHE_HOME' });
}
