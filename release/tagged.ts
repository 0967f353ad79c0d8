/**
 * Prints the dist-tag under which npm publishes the version that a git tag names, and fails where that is not the version of
 * package.json. Usage: node release/tagged.ts v1.2.3
 */
import { readFileSync } from 'node:fs';
import { distTagOf } from './version.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
const tag = process.argv[2] ?? '';
if (tag === `v${version}`) {
  process.stdout.write(`${distTagOf(version)}\n`);
} else {
  process.stderr.write(`the tag is "${tag}", but package.json has version ${version}: the tag has to be v${version}\n`);
  process.exitCode = 1;
}
