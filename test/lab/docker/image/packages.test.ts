import { expect, it } from 'vitest';
import { allPackages, explainPackages } from '../../../../lab/docker/image/packages.ts';
import { PACKAGES } from '../../../../lab/docker/image/recipe.ts';

it('further packages follow those of every image, each once, in the order of their names', () => {
  expect(allPackages([])).toEqual(PACKAGES);
  expect(allPackages(['tinc', 'nebula', 'socat', 'tinc'])).toEqual([...PACKAGES, 'nebula', 'tinc']);
});

it.each(['Nebula', 'a', '', '-x', 'a_b', 'a=1', 'x; rm', 'two words'])('"%s" is no name of a package', (name) => {
  expect(() => allPackages([name])).toThrow(`"${name}" is not the name of a Debian package`);
});

it('more than a hundred are refused', () => {
  expect(() => allPackages(Array(101).fill('aa'))).toThrow('an image can have 100 further packages at most');
});

it.each([
  ['E: Unable to locate package nebulla\n', 'nebulla'],
  ["E: Package 'qtbase' has no installation candidate", 'qtbase'],
])('what apt-get says of a missing package is told in a sentence: %j', (said, name) => {
  expect(explainPackages(new Error(`mmdebstrap: exit 25\n${said}`)).message).toBe(
    `Debian bookworm has no package "${name}"`,
  );
});

it('any other failure stays as it is', () => {
  const error = new Error('mmdebstrap: exit 25\nno network');
  expect(explainPackages(error)).toBe(error);
});
