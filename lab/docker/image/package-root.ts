/** Where natcheck's package is on this machine, whether this runs from the sources or from dist/. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of natcheck's package.json. */
export const PACKAGE_ROOT = above(import.meta.dirname);

/** Files that go into the image as they are, not compiled. */
export const IMAGE_FILES = join(PACKAGE_ROOT, 'lab', 'docker', 'image');

function above(dir: string): string {
  if (existsSync(join(dir, 'package.json'))) return dir;
  if (dirname(dir) === dir) throw new Error(`no package.json above ${import.meta.dirname}`);
  return above(dirname(dir));
}
