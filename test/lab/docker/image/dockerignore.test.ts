/** The examples of Docker's page on `.dockerignore` files, and what else is easily got wrong. */
import { expect, it } from 'vitest';
import { ignoredBy } from '../../../../lab/docker/image/dockerignore.ts';

it.each([
  ['*/temp*', 'dir/temporary.txt', true],
  ['*/temp*', 'dir/temp', true],
  ['*/temp*', 'temp', false],
  ['*/temp*', 'a/b/temp', false],
  ['*/*/temp*', 'a/b/temporary.txt', true],
  ['temp?', 'tempa', true],
  ['temp?', 'temp', false],
  ['**/*.go', 'main.go', true],
  ['**/*.go', 'a/b/main.go', true],
  ['/node_modules/', 'node_modules/a/b.js', true],
  ['node_modules', 'packages/node_modules', false],
  ['./build', 'build/x', true],
  ['a.c', 'abc', false],
  ['[ab].c', 'b.c', true],
  ['*.md\n!README.md', 'README.md', false],
  ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
  ['# comment\n\n  x  ', 'x', true],
  ['# comment', '# comment', false],
  ['', 'x', false],
  ['(.+)+$', 'aaaa', false],
])('with %j, %s is left out: %s', (text, path, isIgnored) => {
  expect(ignoredBy(text)(path)).toBe(isIgnored);
});
