import { chownSync, mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  explainMissing,
  findTestcontainers,
  installCommand,
  OLDEST_TESTCONTAINERS,
  placesOf,
} from '../../../../lab/docker/engine/installed-testcontainers.ts';
import { loadTestcontainers } from '../../../../lab/docker/engine/testcontainers.ts';
import packageJson from '../../../../package.json' with { type: 'json' };

let root: ReturnType<typeof mkdtempDisposableSync>;
beforeEach(() => {
  root = mkdtempDisposableSync(join(tmpdir(), 'natcheck-test-'));
});
afterEach(() => root.remove());

const at = (...path: readonly string[]): string => join(root.path, ...path);
const places = () => ({ project: at('project', 'deeper'), natcheck: at('global', 'node_modules', 'natcheck') });

/** Installs a package that exports its version, beneath that folder. */
function install(version: string, ...folder: readonly string[]): string {
  const dir = at(...folder, 'node_modules', 'testcontainers');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ version, main: 'main.cjs' }));
  writeFileSync(join(dir, 'main.cjs'), `exports.version = '${version}';`);
  return dir;
}

beforeEach(() => {
  for (const dir of Object.values(places())) mkdirSync(dir, { recursive: true });
});

describe('Testcontainers', () => {
  it('is found in the project that the command runs in, before that beside natcheck', async () => {
    install('13.0.0', 'global');
    const dir = install('12.2.0', 'project');
    expect(findTestcontainers(places())).toEqual({
      kind: 'found',
      entry: join(dir, 'main.cjs'),
      version: '12.2.0',
      dir,
    });
    expect(await loadTestcontainers(places())).toMatchObject({ version: '12.2.0' });
  });

  it('is found beside natcheck where the project has none, or one that is too old', () => {
    const dir = install('13.0.0', 'global');
    expect(findTestcontainers(places())).toMatchObject({ kind: 'found', dir });
    install('12.1.9', 'project');
    expect(findTestcontainers(places())).toMatchObject({ kind: 'found', dir });
  });

  it('is refused by one sentence where there is only one that is too old, or half of one', async () => {
    const dir = install('9.10.1', 'project');
    await expect(loadTestcontainers(places())).rejects.toThrow(
      `natcheck lab needs the package testcontainers, version 12.2 or later: that in ${dir} is 9.10.1; npm i -g testcontainers`,
    );
    writeFileSync(join(dir, 'package.json'), '{');
    expect(findTestcontainers(places())).toEqual({ kind: 'too-old', version: '0', dir });
  });

  it('is asked for by the command that puts it where it will be found', async () => {
    const { project, natcheck } = places();
    await expect(loadTestcontainers(places())).rejects.toThrow(
      `it is neither in ${project} or above it, nor beside natcheck (${natcheck}); npm i -g testcontainers`,
    );
    writeFileSync(at('project', 'package.json'), '{}');
    expect(installCommand(places())).toBe('npm i -D testcontainers');
    const npx = { project, natcheck: at('_npx', 'a1', 'node_modules', 'natcheck') };
    expect(installCommand(npx)).toBe('npx -p natcheck -p testcontainers natcheck …');
    expect(explainMissing({ kind: 'missing' }, npx)).toContain('; npx -p natcheck');
  });

  it('says why it cannot be loaded', async () => {
    const dir = install('12.2.0', 'project');
    writeFileSync(join(dir, 'main.cjs'), "throw new Error('needs another Node');");
    await expect(loadTestcontainers(places())).rejects.toThrow(
      `testcontainers in ${dir} cannot be loaded: needs another Node`,
    );
  });

  it.skipIf(process.getuid?.() !== 0)('is not taken from a folder above that somebody else has filled', () => {
    const dir = install('12.2.0', 'project');
    chownSync(dir, 65_534, 65_534);
    expect(findTestcontainers(places())).toEqual({ kind: 'missing' });
    chownSync(places().project, 65_534, 65_534);
    expect(findTestcontainers(places())).toMatchObject({ kind: 'found', dir });
  });

  it('is looked for where the command was given, also by a process that runs elsewhere', () => {
    expect(placesOf({}).project).toBe(process.cwd());
    expect(placesOf({ NATCHECK_LAB_PROJECT: '/home/alice/project' }).project).toBe('/home/alice/project');
  });

  it('may be as old as the peer dependency says', () => {
    const { major, minor } = OLDEST_TESTCONTAINERS;
    expect(packageJson.peerDependencies.testcontainers).toBe(`^${major}.${minor}.0`);
  });
});
