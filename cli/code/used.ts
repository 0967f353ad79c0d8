/**
 * Remembers which codes for one connection have been used on this machine: an empty file each, named by the code's room, which
 * tells nothing of its secret. A file can be made by two processes at once, and nothing is read from it.
 */
import { constants } from 'node:fs';
import { lstat, open, opendir, unlink } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { UsageError } from '../../src/errors.ts';
import { explainFileCode } from '../../src/net/explain-code.ts';
import { ownDir } from '../../src/net/host/own-dir.ts';
import type { Code } from '../../src/tunnel/code/code.ts';
import { keysOf } from '../../src/tunnel/code/keys.ts';
import type { Context } from '../command.ts';

/** How many codes are remembered; the oldest is forgotten first. */
const USED_MAX = 1_000;
/** How many entries of the directory are looked at, of which more than USED_MAX are nobody's. */
const ENTRIES_MAX = 10_000;
const REMEDY = 'codes for one connection are remembered there; remove it, or name another place with XDG_STATE_HOME';

type Env = Context['env'];

/**
 * Refuses a code for one connection that has been used on this machine.
 * @throws UsageError when it has been used, or when what has been used cannot be known.
 */
export async function refuseUsed({ once, secret }: Code, env: Env): Promise<void> {
  if (once && (await isUsed(keysOf(secret).room, env))) {
    throw new UsageError('this code was good for one connection, which it has had: natcheck code --once makes another');
  }
}

/** Whether the code of that room has been used on this machine. @throws UsageError when that cannot be known. */
export async function isUsed(room: string, env: Env): Promise<boolean> {
  const dir = await usedDir(env);
  try {
    await lstat(join(dir, room));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw unusable(dir, error);
  }
}

/**
 * Remembers that the code of that room has been used. What is remembered already is no error, since both sides may be on one
 * machine.
 * @throws UsageError when it cannot be remembered.
 */
export async function markUsed(room: string, env: Env): Promise<void> {
  const dir = await usedDir(env);
  try {
    const file = await open(join(dir, room), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    await file.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(dir, error);
  }
  await forgetOldest(dir, room);
}

/** Makes the directory of this user's, where it is not there. The specification of XDG directories takes absolute paths alone. */
async function usedDir({ XDG_STATE_HOME: state = '', HOME: home }: Env): Promise<string> {
  const base = isAbsolute(state) ? state : join(home || userInfo().homedir, '.local', 'state');
  return ownDir(join(base, 'natcheck', 'used-codes'), { remedy: REMEDY });
}

/** Removes the files that were made first, until there are no more than USED_MAX. */
async function forgetOldest(dir: string, newest: string): Promise<void> {
  const names: string[] = [];
  for await (const { name } of await opendir(dir)) {
    if (name !== newest) names.push(name);
    if (names.length === ENTRIES_MAX) break;
  }
  if (names.length < USED_MAX) return;
  const aged: { readonly name: string; readonly at: number }[] = [];
  for (const name of names) {
    const stats = await lstat(join(dir, name)).catch(() => null);
    if (stats) aged.push({ name, at: stats.mtimeMs });
  }
  const oldest = aged.toSorted((a, b) => a.at - b.at).slice(0, Math.max(0, aged.length + 1 - USED_MAX));
  // Somebody else may have been faster, or have put a directory there.
  for (const { name } of oldest) await unlink(join(dir, name)).catch(() => {});
}

function unusable(dir: string, error: unknown): UsageError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UsageError(`${dir} cannot be used, because ${explainFileCode(code ?? message)}: ${REMEDY}`);
}
