/** What is kept compiled between two runs: where, and that nothing depends on it. */
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempDisposableSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAIN } from '../natcheck.ts';

/** A place for caches, in which natcheck is run once; the tests themselves want none. */
function createPlace() {
  const { path, remove } = mkdtempDisposableSync(join(tmpdir(), 'natcheck-test-'));
  const { NODE_DISABLE_COMPILE_CACHE: _, NODE_COMPILE_CACHE: __, ...inherited } = process.env;
  const run = (env: Record<string, string> = {}): { readonly status: number | null; readonly stderr: string } => {
    const all = { ...inherited, XDG_CACHE_HOME: path, ...env };
    const { status, stderr } = spawnSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8', env: all });
    return { status, stderr };
  };
  const dir = join(path, 'natcheck', 'compiled');
  return { path, dir, run, [Symbol.dispose]: remove };
}

const WELL = { status: 0, stderr: '' };

describe('what is kept compiled', () => {
  it('lies in a directory that nobody else may enter', () => {
    using place = createPlace();
    expect(place.run()).toEqual(WELL);
    expect(lstatSync(place.dir).mode & 0o777).toBe(0o700);
    const [version = ''] = readdirSync(place.dir);
    expect(readdirSync(join(place.dir, version))).not.toEqual([]);
  });

  it('is nothing where NODE_DISABLE_COMPILE_CACHE is set', () => {
    using place = createPlace();
    expect(place.run({ NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual(WELL);
    expect(readdirSync(place.path)).toEqual([]);
  });

  it('is nothing in a directory that others may enter, without a word', () => {
    using place = createPlace();
    mkdirSync(place.dir, { recursive: true });
    chmodSync(place.dir, 0o777);
    expect(place.run()).toEqual(WELL);
    expect(readdirSync(place.dir)).toEqual([]);
  });

  it('is nothing where there can be no directory, without a word', () => {
    using place = createPlace();
    const file = join(place.path, 'file');
    writeFileSync(file, '');
    expect(place.run({ XDG_CACHE_HOME: file })).toEqual(WELL);
  });
});
