/** What `npm install natcheck` gets is a release, never what comes before one. */
import { expect, it } from 'vitest';
import { distTagOf } from '../../release/version.ts';

it.each([
  ['1.3.0', 'latest'],
  ['1.3.0+build-5', 'latest'],
  ['1.3.0-rc.1', 'rc'],
  ['1.3.0-beta', 'beta'],
  ['1.3.0-0', 'next'],
])('%s is published as %s', (version, tag) => {
  expect(distTagOf(version)).toBe(tag);
});
