/** The version of this package, from its package.json: one folder up in the sources, two in what is built. */
import { readFileSync } from 'node:fs';

export function readVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    const version = versionIn(new URL(place, import.meta.url));
    if (version !== null) return version;
  }
  throw new Error('package.json of natcheck is missing');
}

function versionIn(file: URL): string | null {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
    return name === 'natcheck' && typeof version === 'string' ? version : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
