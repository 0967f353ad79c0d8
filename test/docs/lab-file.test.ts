/** The examples of docs/lab-file.md are lab files, for the reader and for the schema, and its errors are those that it shows. */
import { globSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { LabFileError } from '../../lab/file/lab-file-error.ts';
import { parseLabFile, readLabFile } from '../../lab/file/read.ts';
import { labFileSchema } from '../../lab/file/schema.ts';
import { ROOT } from './sample.ts';

const PAGE = readFileSync(`${ROOT}docs/lab-file.md`, 'utf8');
const blocks = (kind: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);
const EXAMPLES = blocks('yaml').slice(0, -1);
const OPTIONS = { file: 'nat-lab.yml', dir: '/work' };
const isRight = new Ajv2020({ strict: false, unicodeRegExp: true }).compile(labFileSchema());

it('there are examples', () => {
  expect(EXAMPLES.length).toBe(7);
});

it.each(EXAMPLES)('the reader and the schema take %j', (text) => {
  expect(parseLabFile(text, OPTIONS).name).toBe(/^name: (.*)/.exec(text)?.[1] ?? 'nat-lab');
  isRight(parse(text));
  expect(isRight.errors).toBeNull();
});

it.each(globSync('examples/lab/{*,*/*}.yml', { cwd: ROOT }))('the reader and the schema take %s', async (path) => {
  expect((await readLabFile(ROOT + path)).sides).toHaveLength(2);
  isRight(parse(readFileSync(ROOT + path, 'utf8')));
  expect(isRight.errors).toBeNull();
});

it('the last one is refused as the page says', () => {
  const [wrong = ''] = blocks('yaml').slice(-1);
  const [said = ''] = blocks('text').slice(-1);
  const refused = (): unknown => parseLabFile(wrong, OPTIONS);
  expect(refused).toThrow(LabFileError);
  expect(refused).toThrow(said.trimEnd());
  expect(isRight(parse(wrong))).toBe(false);
});
