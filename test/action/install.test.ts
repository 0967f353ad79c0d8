/** The steps of action.yml that find Node and install natcheck, with programs in the places of node and npm. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const ACTION = fileURLToPath(new URL('../../action/', import.meta.url));

let dir: ReturnType<typeof mkdtempDisposableSync>;
beforeEach(() => {
  dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-action-'));
  mkdirSync(join(dir.path, 'bin'));
  writeFileSync(join(dir.path, 'output'), '');
});
afterEach(() => dir.remove());

function program(name: string, code: string): void {
  writeFileSync(join(dir.path, 'bin', name), `#!/bin/sh\n${code}\n`);
  chmodSync(join(dir.path, 'bin', name), 0o755);
}

/** Runs a script of the action; returns what it put out, or null if it failed. */
function outputOf(script: string, env: Readonly<Record<string, string>> = {}): string | null {
  const { status } = spawnSync('bash', [join(ACTION, script)], {
    env: {
      PATH: `${join(dir.path, 'bin')}:${process.env.PATH}`,
      RUNNER_TEMP: dir.path,
      GITHUB_ACTION_PATH: '/action',
      GITHUB_OUTPUT: join(dir.path, 'output'),
      ...env,
    },
  });
  return status === 0 ? readFileSync(join(dir.path, 'output'), 'utf8') : null;
}

it.each([
  ['v22.22.0', 'true'],
  ['v22.21.9', 'false'],
  ['v24.0.0', 'true'],
  ['v20.19.5', 'false'],
])('Node %s is recent enough: %s', (version, found) => {
  program('node', `echo ${version}`);
  expect(outputOf('find-node.sh')).toBe(`found=${found}\n`);
});

it('where there is no Node, one is set up', () => {
  program('node', 'exit 127');
  expect(outputOf('find-node.sh')).toBe('found=false\n');
});

it('a version is installed from npm, with Testcontainers beside it', () => {
  program('npm', `printf '%s\\n' "$@" > ${dir.path}/argv`);
  const prefix = join(dir.path, 'natcheck-action');
  expect(outputOf('install.sh', { NATCHECK_VERSION: '1.2.3; id' })).toBe(
    `main=${prefix}/node_modules/natcheck/dist/cli/main.js\n`,
  );
  expect(readFileSync(join(dir.path, 'argv'), 'utf8').trimEnd().split('\n')).toEqual([
    ...['install', '--prefix', prefix, '--no-audit', '--no-fund', 'natcheck@1.2.3; id', 'testcontainers@^12.2.0'],
  ]);
});

it('without a version, the sources of the action are installed, which builds them', () => {
  program('npm', `printf '%s\\n' "$@" > ${dir.path}/argv`);
  expect(outputOf('install.sh')).toBe('main=/action/dist/cli/main.js\n');
  expect(readFileSync(join(dir.path, 'argv'), 'utf8').split('\n').slice(0, 4)).toEqual([
    ...['ci', '--prefix', '/action', '--include=dev'],
  ]);
});

it('an installation that fails ends the step', () => {
  program('npm', 'exit 1');
  expect(outputOf('install.sh')).toBeNull();
});
