/** `npm i -g natcheck` and then `natcheck lab up`: Testcontainers is asked for before an engine is looked for or started. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './installed.ts';

it('natcheck lab up, installed alone, says what to install, and starts nothing', () => {
  using prefix = mkdtempDisposableSync(join(tmpdir(), 'natcheck-global-'));
  const modules = join(prefix.path, 'node_modules');
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
