/** `npm i -g natcheck` and then `natcheck lab up`: Testcontainers is asked for before an engine is looked for or started. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempDisposableSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { closureOf } from '../../lab/docker/image/app-files.ts';
import { MANIFEST, ROOT } from './installed.ts';

it('natcheck lab up, installed alone, says what to install, and starts nothing', async () => {
  using prefix = mkdtempDisposableSync(join(tmpdir(), 'natcheck-global-'));
  const modules = join(prefix.path, 'node_modules');
  for (const { name, dir } of await closureOf(Object.keys(MANIFEST.dependencies))) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(dir, join(modules, name));
  }
  const natcheck = join(modules, 'natcheck');
  // Copied, since what is found beside a link's target is not installed here.
  for (const file of ['package.json', 'dist/cli']) cpSync(join(ROOT, file), join(natcheck, file), { recursive: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(natcheck, 'dist/cli/main.js'), 'lab', 'up'], {
    cwd: prefix.path,
    encoding: 'utf8',
    env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock', XDG_RUNTIME_DIR: prefix.path },
  });
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr:
      'natcheck: natcheck lab needs the package testcontainers, version 12.2 or later: it is neither in ' +
      `${prefix.path} or above it, nor beside natcheck (${natcheck}); npm i -g testcontainers\n`,
  });
});
