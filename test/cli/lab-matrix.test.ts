/** `natcheck lab matrix` as a process, up to where it needs an engine; punch.container.test.ts runs the whole of it. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { natcheck } from './natcheck.ts';

describe.concurrent('natcheck lab matrix', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  });
  afterAll(() => rm(dir, { recursive: true }));
  const matrix = (...words: readonly string[]) =>
    natcheck(['lab', ...words], { NATCHECK_LAB_ENGINE: 'none', XDG_RUNTIME_DIR: dir });
  const wrongUse = (line: string) => ({ code: 2, signal: null, stdout: '', stderr: `natcheck: ${line}\n` });

  it.each([
    [['matrix'], 'natcheck lab matrix needs --out DIR'],
    [['matrix', '--out', ''], 'natcheck lab matrix needs --out DIR'],
    [['matrix', '--out', 'x', 'symmetric'], 'natcheck lab matrix takes no further arguments'],
    [['matrix', '--out', 'x', '--all'], 'natcheck lab matrix does not take --all or --clients'],
    [['matrix', '--out', 'x', '--hard', '--nat', 'symmetric'], '--hard and --nat exclude each other'],
    [
      ['matrix', '--out', 'x', '--nat', 'open', '--nat', 'open'],
      'natcheck lab matrix takes each NAT once: open is given twice',
    ],
    [['up', '--hard'], 'natcheck lab up does not take --hard'],
    [['detect', '--out', 'x'], 'natcheck lab detect does not take --out'],
  ])('%j is wrong use', async (words, line) => {
    expect(await matrix(...words)).toEqual(wrongUse(line));
  });

  it('says that it cannot write before it looks for an engine', async () => {
    await writeFile(join(dir, 'file'), '');
    const out = join(dir, 'file', 'out');
    const line = `the matrix cannot be written to ${out}: something on the way to it is no directory [ENOTDIR]`;
    expect(await matrix('matrix', '--out', out)).toEqual(wrongUse(line));
  });

  it('leaves no result of an earlier run where there is no engine', async () => {
    const out = await mkdtemp(join(dir, 'out-'));
    await writeFile(join(out, 'matrix.junit.xml'), '<testsuites/>');
    const line = 'no container engine: NATCHECK_LAB_ENGINE=none forbids it';
    expect(await matrix('matrix', '--out', out, '--json')).toEqual(wrongUse(line));
    expect(await readdir(out)).toEqual([]);
  });
});
