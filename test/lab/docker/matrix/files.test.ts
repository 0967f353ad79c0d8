import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clearMatrixFiles,
  matrixJunit,
  matrixMarkdown,
  matrixSvg,
  writeMatrixFiles,
} from '../../../../lab/docker/matrix/files.ts';
import { gridOfMatrix } from '../../../../lab/docker/matrix/grid-of-matrix.ts';
import { gridHtml } from '../../../../lab/results/html/page.ts';
import { UsageError } from '../../../../src/errors.ts';
import { direct, MATRIX_WITH_IPV6, matrixWith, RIGHT_MATRIX, WRONG_MATRIX } from './example.ts';

const FILES = ['matrix.html', 'matrix.json', 'matrix.junit.xml', 'matrix.md', 'matrix.svg'];
const SCHEMA = new URL('../../../../docs/schema/natcheck.lab-matrix-1.schema.json', import.meta.url);

describe('the files of a matrix', () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  });
  afterEach(() => rm(base, { recursive: true }));

  it('are five, in a directory that is made for them', async () => {
    const dir = join(base, 'new', 'deep');
    await clearMatrixFiles(dir);
    expect(await readdir(dir)).toEqual([]);
    const paths = await writeMatrixFiles(dir, WRONG_MATRIX);
    expect(paths).toEqual(
      ['matrix.md', 'matrix.json', 'matrix.junit.xml', 'matrix.svg', 'matrix.html'].map((name) => join(dir, name)),
    );
    expect(await Promise.all(FILES.map((name) => readFile(join(dir, name), 'utf8')))).toEqual([
      gridHtml(gridOfMatrix(WRONG_MATRIX)),
      `${JSON.stringify(WRONG_MATRIX, null, 2)}\n`,
      matrixJunit(WRONG_MATRIX),
      matrixMarkdown(WRONG_MATRIX),
      matrixSvg(WRONG_MATRIX),
    ]);
  });

  it('of an earlier matrix are removed beforehand, and nothing else', async () => {
    const dir = join(base, 'results');
    await writeMatrixFiles(dir, RIGHT_MATRIX);
    await writeFile(join(dir, 'notes.txt'), 'mine');
    expect(await readdir(dir)).toEqual([...FILES, 'notes.txt']);
    await clearMatrixFiles(dir);
    expect(await readdir(dir)).toEqual(['notes.txt']);
  });

  it('that cannot be written are wrong use', async () => {
    await writeFile(join(base, 'file'), '');
    await mkdir(join(base, 'taken', 'matrix.svg'), { recursive: true });
    const [under, taken] = [join(base, 'file', 'out'), join(base, 'taken')];
    await expect(clearMatrixFiles(under)).rejects.toThrow(
      new UsageError(`the matrix cannot be written to ${under}: something on the way to it is no directory [ENOTDIR]`),
    );
    await expect(clearMatrixFiles(taken)).rejects.toThrow(
      new UsageError(`the matrix cannot be written to ${join(taken, 'matrix.svg')}: it is a directory [EISDIR]`),
    );
  });
});

describe('matrix.json', async () => {
  const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(await readFile(SCHEMA, 'utf8')));

  it.each([
    ['is as expected', RIGHT_MATRIX],
    ['is not', WRONG_MATRIX],
    ['has IPv6', MATRIX_WITH_IPV6],
    ['lacks a report', matrixWith([direct(1), { exitCode: 70, report: null, stderr: '' }])],
  ])('keeps to its schema when it %s', (_, matrix) => {
    expect(validate(JSON.parse(JSON.stringify(matrix))), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['a cell with one side', { ...RIGHT_MATRIX, cells: [{ ...RIGHT_MATRIX.cells[0], sides: [direct(1)] }] }],
    ['a word more', { ...RIGHT_MATRIX, passed: true }],
    ['no time', { ...RIGHT_MATRIX, elapsedMs: null }],
  ])('would not keep to it with %s', (_, matrix) => {
    expect(validate(JSON.parse(JSON.stringify(matrix)))).toBe(false);
  });
});
