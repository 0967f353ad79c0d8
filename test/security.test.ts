/** SECURITY.md says nothing that is not there: every test that it names, every constant and every number of one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8').replaceAll('\\*', '*');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const sources = ['src', 'server', 'lab', 'cli', 'page']
  .flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`${top}/${name}`)),
  )
  .join('\n');

const tests = [...text.matchAll(/`(test\/[\w/.-]+\.test\.ts)`: ?([^|)]*)/g)].map(([, file = '', title = '']) => ({
  file,
  title: title.trim(),
}));
const constants = [...text.matchAll(/`(\w+)` = (\d[\d_* ]*\d)/g)].map(([, name = '', value = '']) => ({ name, value }));
/** Names in the code, and neither metrics nor names of a user. */
const names = [...text.matchAll(/`([A-Za-z]\w+)`/g)]
  .map(([, name = '']) => name)
  .filter((name) => name !== 'bob' && !name.startsWith('natcheck_'));

it('names bounds and tests', () => {
  expect(tests.length).toBeGreaterThan(40);
  expect(constants.length).toBeGreaterThan(25);
});

it.each(tests)('$file: $title', ({ file, title }) => {
  expect(title).not.toBe('');
  // A title that takes values is named without them.
  expect(read(file)).toContain(title);
});

it.each(constants)('$name is $value', ({ name, value }) => {
  expect(sources).toMatch(new RegExp(`\\b${name}(: | = )${value.replaceAll('*', '\\*')}\\b`));
});

it.each([...new Set(names)])('%s is there', (name) => {
  expect(sources).toMatch(new RegExp(`\\b${name}\\b`));
});
