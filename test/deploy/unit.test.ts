/** The unit for systemd: systemd itself finds nothing wrong with it, and how much it exposes. */
import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serve } from '../../cli/commands/serve.ts';
import { ROOT } from '../docs/sample.ts';

const UNIT = readFileSync(join(ROOT, 'deploy/natcheck.service'), 'utf8');
/** In tenths: 0 is nothing, and 100 is everything. The network, which a server needs, alone makes 8 of it. */
const EXPOSURE_MAX = 15;

const isThere = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!isThere) {
  process.stderr.write(
    'WARNING: deploy/natcheck.service is NOT CHECKED by systemd, since this host has no systemd-analyze\n',
  );
}

/** Runs systemd-analyze on the unit, with a program in it that is there. */
function analyze(...words: readonly string[]) {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'natcheck-unit-'));
  const file = join(dir.path, 'natcheck.service');
  writeFileSync(file, UNIT.replace('/usr/local/bin/natcheck', process.execPath));
  const { status, stderr, stdout } = spawnSync('systemd-analyze', [...words, file], { encoding: 'utf8' });
  return { status, stderr, stdout };
}

it.runIf(isThere)('is understood by systemd, every line of it', () => {
  expect(analyze('verify', '--man=no')).toEqual({ status: 0, stderr: '', stdout: '' });
});

it.runIf(isThere)(`exposes ${EXPOSURE_MAX / 10} at most`, () => {
  const words = ['security', '--offline=true', '--no-pager', `--threshold=${EXPOSURE_MAX}`];
  const { status, stdout } = analyze(...words);
  expect(stdout).toMatch(/Overall exposure level for natcheck\.service: 1\.\d OK/);
  expect(status).toBe(0);
});

it('starts natcheck with options that it has', () => {
  const [, line = ''] = /^ExecStart=\S+ (.*)$/m.exec(UNIT) ?? [];
  const options = [...line.matchAll(/--([\w-]+)/g)].map(([, name = '']) => name);
  expect(line).toMatch(/^serve /);
  expect(options.filter((name) => name !== 'config' && !(name in serve.options))).toEqual([]);
});
