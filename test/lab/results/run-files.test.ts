import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearRunFiles, writeRunFiles } from '../../../lab/results/run-files.ts';
import { UsageError } from '../../../src/errors.ts';
import { cellOf, RUN, runOf, tryOf } from './example.ts';

const FILES = ['results.html', 'results.json', 'results.junit.xml', 'results.md', 'results.svg'];
const SCHEMA = new URL('../../../docs/schema/natcheck.lab-run-1.schema.json', import.meta.url);

describe('the files of a run', () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  });
  afterEach(() => rm(base, { recursive: true }));

  it('are five, also of one that was cut short, and those of an earlier run are removed', async () => {
    const dir = join(base, 'deep', 'results');
    const cut = runOf(RUN.cells.slice(0, 1), { isComplete: false });
    const paths = await writeRunFiles(dir, cut);
    expect(paths.toSorted()).toEqual(FILES.map((name) => join(dir, name)));
    expect(JSON.parse(await readFile(join(dir, 'results.json'), 'utf8'))).toEqual(cut);
    await writeFile(join(dir, 'notes.txt'), 'mine');
    await clearRunFiles(dir);
    expect(await readdir(dir)).toEqual(['notes.txt']);
  });

  it('are all written but those that cannot be, which is wrong use', async () => {
    await mkdir(join(base, 'results.svg'));
    await expect(writeRunFiles(base, RUN)).rejects.toThrow(
      new UsageError(`the results cannot be written to ${join(base, 'results.svg')}: it is a directory [EISDIR]`),
    );
    expect(JSON.parse(await readFile(join(base, 'results.json'), 'utf8'))).toEqual(RUN);
    expect((await readdir(base)).toSorted()).toEqual(FILES);
  });

  it('that cannot be written are wrong use', async () => {
    await writeFile(join(base, 'file'), '');
    const under = join(base, 'file', 'out');
    await expect(clearRunFiles(under)).rejects.toThrow(
      new UsageError(`the results cannot be written to ${under}: something on the way to it is no directory [ENOTDIR]`),
    );
  });
});

describe('results.json', async () => {
  const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(await readFile(SCHEMA, 'utf8')));
  const keeps = (result: unknown): boolean => validate(JSON.parse(JSON.stringify(result)));
  const oneCell = (one: Parameters<typeof tryOf>[0]) => runOf([cellOf(['full-cone', 'symmetric'], [tryOf(one)])]);

  it.each([
    ['has all kinds of cells', RUN],
    ['says more', { ...RUN, about: [{ name: 'success', value: 'exit 0' }] }],
    ['was cut short', runOf([], { isComplete: false })],
    ['watched nothing', oneCell({ path: null, ladder: null, faults: [{ atMs: 1, what: 'cut' }] })],
  ])('keeps to its schema when it %s', (_, result) => {
    expect(keeps(result), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['a word more', { ...RUN, passed: true }],
    ['a cell without tries', { ...RUN, cells: [{ ...RUN.cells[0], tries: [] }] }],
    ['an outcome that nobody knows', oneCell({ outcome: 'maybe' as 'direct' })],
    ['no number of pairs', { ...RUN, pairs: undefined }],
  ])('would not keep to it with %s', (_, result) => {
    expect(keeps(result)).toBe(false);
  });
});
