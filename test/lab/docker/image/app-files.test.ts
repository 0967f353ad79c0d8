import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { appFiles, closureOf } from '../../../../lab/docker/image/app-files.ts';
import { hashOf } from '../../../../lab/docker/image/recipe.ts';

it('the image gets natcheck, what it depends on, and what those depend on, but nothing of development', async () => {
  await using built = await builtDir();
  const { files } = await appFiles(built.dir);
  expect(files['natcheck/dist']).toBe(built.dir);
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(['natcheck/package.json', 'programs/agent.pl', 'programs/link.py']),
  );
  expect(files['natcheck/node_modules/udx-native']).toMatch(/node_modules\/udx-native$/);
  expect(files['natcheck/node_modules/streamx']).toMatch(/node_modules\/streamx$/);
  expect(files['natcheck/node_modules/yargs']).toBeUndefined();
});

it('a package is found that is named as one of Node’s modules', async () => {
  const packages = await closureOf(['mqtt']);
  expect(packages.find(({ name }) => name === 'string_decoder')?.dir).toMatch(/node_modules\/string_decoder$/);
});

it('what is built may be named from where the process is', async () => {
  await using built = await builtDir();
  const { files, contents } = await appFiles(relative('', built.dir));
  expect(files['natcheck/dist']).toBe(built.dir);
  expect(hashOf(contents)).toBe(hashOf((await appFiles(built.dir)).contents));
});

it('its tag changes with what is built, and only with that', async () => {
  await using built = await builtDir();
  const before = hashOf((await appFiles(built.dir)).contents);
  expect(hashOf((await appFiles(built.dir)).contents)).toBe(before);
  await writeFile(join(built.dir, 'main.js'), '2');
  expect(hashOf((await appFiles(built.dir)).contents)).not.toBe(before);
});

it('a natcheck that is not built is refused with what to do', async () => {
  await expect(appFiles('/nowhere/dist')).rejects.toThrow(
    'natcheck is not built: there is no /nowhere/dist; run npm run build',
  );
});

it('what a package of development brings along is told by its name', async () => {
  const names = (await closureOf(['hyperdht'])).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['hyperdht', 'udx-native', '@hyperswarm/secret-stream']));
  expect(names).not.toContain('yargs');
});

it('a package that is not installed is named', async () => {
  await expect(closureOf(['not-there'])).rejects.toThrow('not-there, which natcheck depends on, is not installed');
});

async function builtDir(): Promise<AsyncDisposable & { readonly dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  await writeFile(join(dir, 'main.js'), '1');
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}
