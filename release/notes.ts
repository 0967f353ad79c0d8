/**
 * Prints the notes of a release: the part of CHANGELOG.md about that version, without its heading.
 * Usage: npm run release:notes -- [VERSION]; default: the version of package.json
 */
import { readFileSync } from 'node:fs';
import { notesOf } from './changelog.ts';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

const { version: ours } = JSON.parse(read('package.json')) as { readonly version: string };
const version = (process.argv[2] ?? ours).replace(/^v/, '');
const notes = notesOf(version, read('CHANGELOG.md'));
if (notes !== null) {
  process.stdout.write(`${notes}\n`);
} else {
  process.stderr.write(
    `CHANGELOG.md says nothing of version ${version}: it needs a heading "## [${version}] - YYYY-MM-DD"\n`,
  );
  process.exitCode = 1;
}
