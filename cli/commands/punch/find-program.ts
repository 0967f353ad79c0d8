/** Looks for a program before the punch begins, so that a typing error is not told minutes later. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where the C library looks when PATH is not set (`_PATH_DEFPATH`). */
const DEFAULT_PATH = '/usr/bin:/bin';

/** The system's codes for a program that is not there, and for what is no program. */
export type NoProgram = 'ENOENT' | 'EACCES';

/**
 * Looks where the system will: at the name itself if it has a slash, else in the folders of PATH. Returns null where there is
 * the program, else with which code the system will refuse to start it.
 */
export async function findProgram(name: string, path: string = DEFAULT_PATH): Promise<NoProgram | null> {
  const places = name.includes('/') ? [name] : path.split(delimiter).map((dir) => join(dir || '.', name));
  const refusals = await Promise.all(places.map(refusalAt));
  if (refusals.includes(null)) return null;
  return refusals.includes('EACCES') ? 'EACCES' : 'ENOENT';
}

async function refusalAt(place: string): Promise<NoProgram | null> {
  try {
    if (!(await stat(place)).isFile()) return 'EACCES';
  } catch {
    return 'ENOENT';
  }
  return access(place, constants.X_OK).then(
    () => null,
    () => 'EACCES',
  );
}
