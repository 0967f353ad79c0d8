import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contextFiles } from '../../../../lab/docker/image/context.ts';

it('the files of a context are those that .dockerignore does not leave out', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  await using _ = { [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
  await mkdir(join(dir, 'src', 'empty'), { recursive: true });
  for (const path of ['Dockerfile', 'src/main.go', 'src/main.o', 'secret']) await writeFile(join(dir, path), '');
  await symlink('main.go', join(dir, 'src/link.go'));
  await symlink('..', join(dir, 'src/circle'));
  await symlink('nowhere', join(dir, 'src/broken'));
  const names = async (): Promise<readonly string[]> => Object.keys(await contextFiles(dir)).sort();
  expect(await names()).toEqual(['Dockerfile', 'secret', 'src/link.go', 'src/main.go', 'src/main.o']);
  await writeFile(join(dir, '.dockerignore'), '**/*.o\nsecret\n.dockerignore\n');
  expect(await names()).toEqual(['Dockerfile', 'src/link.go', 'src/main.go']);
});
