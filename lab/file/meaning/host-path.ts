/** Paths beside the lab file: what a container gets of this machine, and what its image is built of. */
import { posix, resolve } from 'node:path';
import type { ImageSource } from '../lab-file.ts';
import type { Path } from '../path.ts';
import type { Layer } from './layer.ts';
import type { PathKind, Reading } from './reading.ts';

/** Where every container has the shared folder. */
const SHARED = '/shared';

/** Returns the files of one layer by full paths, and reports those that are not there. */
export function filesOf(reading: Reading, { input, path }: Layer): Record<string, string> {
  const entries = Object.entries(input.files ?? {}).map(([inside, beside]) => {
    const at = [...path, 'files', inside];
    const target = posix.normalize(inside).replace(/(?<=.)\/$/, '');
    if (target === '/') reading.report(at, 'a file or folder cannot take the place of the whole container', 'key');
    if (target === SHARED || target.startsWith(`${SHARED}/`)) {
      reading.report(at, `${SHARED} is the folder that all containers share, which setup writes to`, 'key');
    }
    return [target, presentPath(reading, at, { path: beside, kinds: ['file', 'folder', 'other'] })] as const;
  });
  return Object.fromEntries(entries);
}

/** Returns the image that the key says. */
export function sourceOf(reading: Reading, { input, path }: Layer, key: 'packages' | 'image' | 'build'): ImageSource {
  const { packages = [], image, build } = input;
  if (key === 'packages') return { kind: 'lab', packages: [...new Set(packages)] };
  if (key === 'image') return { kind: 'image', image: image ?? '' };
  const isFolder = typeof build === 'string';
  const at = [...path, 'build'];
  const context = presentPath(reading, isFolder ? at : [...at, 'context'], {
    path: (isFolder ? build : build?.context) ?? '',
    kinds: ['folder'],
  });
  const named = isFolder ? undefined : build?.dockerfile;
  const dockerfile = resolve(context, named ?? 'Dockerfile');
  if (reading.kindOf?.(context) === 'folder' && reading.kindOf(dockerfile) !== 'file') {
    reading.report(named === undefined ? at : [...at, 'dockerfile'], `there is no Dockerfile ${dockerfile}`);
  }
  return { kind: 'build', dockerfile, context };
}

interface Wanted {
  /** As it is written. */
  readonly path: string;
  readonly kinds: readonly PathKind[];
}

function presentPath(reading: Reading, at: Path, { path, kinds }: Wanted): string {
  const full = resolve(reading.dir, path);
  const kind = reading.kindOf?.(full);
  if (kind === undefined || kinds.includes(kind)) return full;
  reading.report(at, kind === 'missing' ? `there is nothing at ${full}` : `there is no folder at ${full}`);
  return full;
}
