/** The files under a folder that go into a build, without what its `.dockerignore` leaves out. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../../src/errors.ts';
import { ignoredBy } from './dockerignore.ts';

/** A folder with more is hardly the one that was meant, such as a home or the whole disk. */
const MAX_FILES = 50_000;

/**
 * Path in the context to path on this machine, for every file; a symbolic link counts as the file that it leads to, and one
 * that leads to none is left out. Folders that have nothing in them do not go along.
 * @throws UsageError when there are too many.
 */
export async function contextFiles(dir: string): Promise<Readonly<Record<string, string>>> {
  const isIgnored = ignoredBy(await readFile(join(dir, '.dockerignore'), 'utf8').catch(() => ''));
  const files: Record<string, string> = {};
  let count = 0;
  const visit = async (under: string): Promise<void> => {
    for (const entry of await readdir(join(dir, under), { withFileTypes: true })) {
      const path = under === '' ? entry.name : `${under}/${entry.name}`;
      if (entry.isDirectory()) await visit(path);
      else if (
        !isIgnored(path) &&
        (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(join(dir, path)))))
      ) {
        if (++count > MAX_FILES)
          throw new UsageError(`${dir} has more than ${MAX_FILES} files: leave some out by .dockerignore`);
        files[path] = join(dir, path);
      }
    }
  };
  await visit('');
  return files;
}

async function leadsToFile(link: string): Promise<boolean> {
  return stat(link).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
