/** Keeps compiled what the program consists of, so that the next start is faster. */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Has Node keep it in a directory that is this user's alone, since what lies there is run. Node's own choice would be one below the
 * shared /tmp. Where there is no such directory, nothing is kept; Node's NODE_DISABLE_COMPILE_CACHE wants none.
 */
export async function keepCompiled(env: Env): Promise<void> {
  if (env.NODE_DISABLE_COMPILE_CACHE || env.NODE_COMPILE_CACHE) return;
  try {
    // Whoever keeps nothing here loads it for nothing.
    const { ownDir } = await import('../../src/net/host/own-dir.ts');
    enableCompileCache(await ownDir(compiledDir(env), { remedy: 'remove it' }));
  } catch {
    // It is only slower without.
  }
}

/** Follows the XDG Base Directory Specification, by which a relative path is ignored. */
function compiledDir({ XDG_CACHE_HOME: cache = '' }: Env): string {
  return join(isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'natcheck', 'compiled');
}
