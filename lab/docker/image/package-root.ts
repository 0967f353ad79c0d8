/** Where natcheck's package is on this machine, whether this runs from the sources or from dist/. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of natcheck's package.json. */
export const PACKAGE_ROOT = above(import.meta.dirname);

/** Files that go into the image as they are, not compiled. */
export const IMAGE_FILES = join(PACKAGE_ROOT, 'lab', 'docker', 'image');

/** The one of dist/cli says only how its modules are to be read. */
function above(dir: string): string {
  if (nameIn(join(dir, 'package.json')) === 'natcheck') return dir;
  if (dirname(dir) === dir) throw new Error(`no package.json above ${import.meta.dirname}`);
  return above(dirname(dir));
}

function nameIn(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: unknown }).name;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
