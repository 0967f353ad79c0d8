/** The links of the pages, and the paths that they name, lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { ROOT } from './sample.ts';

const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The text of a page without its blocks of code. */
const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8').replace(/^```.*?^```$/gms, '');
/** The anchors that GitHub makes of the headings: lower case, spaces as hyphens, and of the rest only letters, digits and underscores. */
const anchorsOf = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

const LINK = /\]\(([^()\s]+)\)/g;
const linksOf = (page: string): readonly string[] => [...textOf(page).matchAll(LINK)].map(([, link = '']) => link);

/** Whether the link leads to a file or folder of the repository, and to a heading there where it names one. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (target.startsWith('..') || !existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** Paths in code, such as `src/stun/shape.ts`; not patterns, and not names to be filled in, such as `cli/commands/NAME.ts`. */
const NAMED = /`((?:bench|cli|docs|examples|lab|server|src|test)\/[a-z0-9/.-]+)`/g;

describe.each(PAGES)('%s', (page) => {
  it('has no link within the repository that leads nowhere', () => {
    const relative = linksOf(page).filter((link) => !/^[a-z]+:/.test(link));
    expect(relative.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  it('names no path that is not there', () => {
    const paths = [...textOf(page).matchAll(NAMED)].map(([, path = '']) => path);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

it('links are found, with and without an anchor, and those that lead nowhere are told', () => {
  expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(40);
  expect(linksOf('README.md')).toContain('docs/rendezvous.md#what-one-address-may-have');
  expect(leadsSomewhere('docs/punch.md', '../README.md#start-here')).toBe(true);
  expect(leadsSomewhere('docs/punch.md', '../README.md#start-there')).toBe(false);
  expect(leadsSomewhere('docs/punch.md', 'no-page.md')).toBe(false);
});

it('README lists every entry of the package, and links every example', () => {
  const entries = Object.keys(packageJson.exports).filter((name) => name !== './package.json');
  const listed = [...textOf('README.md').matchAll(/^\| `(natcheck[a-z/]*)` /gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(entries.map((name) => name.replace('.', 'natcheck')).toSorted());
  const examples = readdirSync(join(ROOT, 'examples')).map((name) => `examples/${name}`);
  expect(examples.filter((example) => !linksOf('README.md').includes(example))).toEqual([]);
});
