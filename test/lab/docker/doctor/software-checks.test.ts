import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkBuilt, checkRoom, checkTestcontainers } from '../../../../lab/docker/doctor/software-checks.ts';

it('what is to be installed or built is found, or asked for by its command', () => {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-test-'));
  const [project, natcheck] = [join(dir.path, 'project'), join(dir.path, 'natcheck')];
  const installed = join(project, 'node_modules', 'testcontainers');
  for (const folder of [installed, join(natcheck, 'dist', 'cli')]) mkdirSync(folder, { recursive: true });

  expect(checkTestcontainers({ project, natcheck })).toMatchObject({
    status: 'missing',
    remedy: 'npm i -g testcontainers',
  });
  writeFileSync(join(installed, 'package.json'), '{ "version": "12.3.4", "main": "main.js" }');
  expect(checkTestcontainers({ project, natcheck })).toMatchObject({ status: 'ok', found: `12.3.4 in ${installed}` });

  expect(checkBuilt({ natcheck })).toMatchObject({ status: 'missing', remedy: `npm run build (in ${natcheck})` });
  writeFileSync(join(natcheck, 'dist', 'cli', 'main.js'), '');
  expect(checkBuilt({ natcheck })).toMatchObject({ status: 'ok', remedy: null });
});

it('room is counted where the images will be, also before there is a folder', async () => {
  const dir = join(tmpdir(), 'natcheck-test-not-there', 'deeper');
  const { name, found, isRequired } = await checkRoom(dir);
  expect({ name, isRequired }).toEqual({ name: 'disk space', isRequired: false });
  expect(found).toMatch(new RegExp(`^\\d+\\.\\d GiB free for ${dir}$`));
});
