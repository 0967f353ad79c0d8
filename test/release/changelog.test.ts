/** The notes of a release are what the changelog says of it. */
import { expect, it } from 'vitest';
import { notesOf } from '../../release/changelog.ts';

const CHANGELOG = `# Changelog

All that users notice.

## [Unreleased]

## [1.1.0] - 2027-02-03

### Added

- A command.

### Fixed

- A mistake, told in [a page](docs/page.md).

## [1.0.0] - 2027-01-02

- The first release.

[1.1.0]: https://example.org/compare/1.0.0...1.1.0
`;

it.each([
  ['1.1.0', '### Added\n\n- A command.\n\n### Fixed\n\n- A mistake, told in [a page](docs/page.md).'],
  ['1.0.0', '- The first release.'],
])('the notes of %s are its part, without the heading', (version, notes) => {
  expect(notesOf(version, CHANGELOG)).toBe(notes);
});

it.each([
  ['1.0.1', 'is not there'],
  ['1.1', 'is only the beginning of another'],
  ['Unreleased', 'says nothing'],
])('there are no notes of %s, which %s', (version) => {
  expect(notesOf(version, CHANGELOG)).toBeNull();
});
