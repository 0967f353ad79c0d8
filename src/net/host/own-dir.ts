/** A directory that is this user's alone. What is in it is acted on, so nobody else may have put it there. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { explainFileCode } from '../explain-code.ts';

/** Flags for a file in such a directory: a symbolic link in its place is not followed but refused (ELOOP). */
export const READ_NO_LINK = constants.O_RDONLY | constants.O_NOFOLLOW;
export const WRITE_NO_LINK = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/**
 * Makes the directory and its parents if they are not there.
 * @param options.remedy what to do about a directory that cannot be used, at the end of the error's line.
 * @returns the same path.
 * @throws UsageError when it is a link, belongs to somebody else, or may be entered by others, with the path and the owner.
 */
export async function ownDir(dir: string, { remedy }: { readonly remedy: string }): Promise<string> {
  const problem = (await make(dir)) ?? problemOf(await lstat(dir));
  if (problem !== null) throw new UsageError(`${dir} ${problem}: ${remedy}`);
  return dir;
}

/**
 * Opens a file for reading, but not one that somebody else put there while the directory was open to others.
 * @throws UsageError when it is a link, is not a file, or belongs to somebody else; the system's error when it cannot be opened.
 */
export async function openOwnFile(path: string): Promise<FileHandle> {
  const file = await open(path, READ_NO_LINK).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ELOOP' ? new UsageError(`${path} is a symbolic link: remove it`) : error;
  });
  const stats = await file.stat();
  const uid = process.getuid?.() ?? 0;
  if (stats.isFile() && stats.uid === uid) return file;
  await file.close();
  const problem = stats.isFile() ? belongs(stats, uid) : 'is not a file';
  throw new UsageError(`${path} ${problem}: remove it`);
}

/** Null when something is there afterwards, whatever it is; else what is wrong. */
async function make(dir: string): Promise<string | null> {
  // Without looking first, mkdir would follow a link that leads nowhere.
  const isThere = await lstat(dir).then(
    () => true,
    () => false,
  );
  if (isThere) return null;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `cannot be made, because ${explainFileCode(code ?? message)}`;
  }
}

function problemOf(stats: Stats): string | null {
  const uid = process.getuid?.() ?? 0;
  const mode = stats.mode & 0o777;
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  if (!stats.isDirectory()) return 'is not a directory';
  if (stats.uid !== uid) return belongs(stats, uid);
  // Where there are no users by number, the mode says nothing of who may enter.
  if (process.getuid && (mode & 0o077) !== 0) return `may be entered by others than you (mode 0${mode.toString(8)})`;
  return null;
}

function belongs(stats: Stats, uid: number): string {
  return `belongs to user ${stats.uid}, and you are user ${uid}`;
}
