/** Where a lab that is used by hand keeps its state: a directory that is this user's alone. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownDir } from '../../../../src/net/host/own-dir.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Root's directory; the private engine runs as root. */
export const ROOT_RUNTIME_DIR = '/run/natcheck-lab';

export function runtimeDirOf(env: Env, uid: number): string {
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, 'natcheck');
  return uid === 0 ? ROOT_RUNTIME_DIR : join(tmpdir(), `natcheck-${uid}`);
}

/**
 * Makes the directory if it is not there.
 * @throws UsageError when somebody else owns it or may enter it: what it says is acted on.
 */
export async function runtimeDir(env: Env): Promise<string> {
  return ownDir(runtimeDirOf(env, process.getuid?.() ?? 0), { remedy: 'remove it, or set XDG_RUNTIME_DIR' });
}
