/** Where the lab that is used by hand has its state: a directory that is this user's alone. */
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../../src/errors.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export function runtimeDirOf(env: Env, uid: number): string {
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, 'natcheck');
  return uid === 0 ? '/run/natcheck-lab' : join(tmpdir(), `natcheck-${uid}`);
}

/**
 * Makes the directory when it is not there.
 * @throws UsageError when somebody else owns it or may enter it: what it says is acted on.
 */
export async function runtimeDir(env: Env): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const dir = runtimeDirOf(env, uid);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const stats = await lstat(dir);
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0) {
    throw new UsageError(`${dir} is not a directory that only you may enter; remove it, or set XDG_RUNTIME_DIR`);
  }
  return dir;
}
